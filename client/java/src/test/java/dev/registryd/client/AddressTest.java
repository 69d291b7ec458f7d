package dev.registryd.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AddressTest {
  private static final String NEITHER = "want unix:PATH or HOST:PORT";

  static Stream<Arguments> sockets() {
    return Stream.of(
        arguments("socket", "unix:/run/x.sock", "/run/x.sock"),
        arguments("socket, URI", "unix:///run/x.sock", "/run/x.sock"),
        arguments("relative socket", "unix:x.sock", "x.sock"),
        arguments("odd characters", "unix:/a b%[#@", "/a b%[#@"),
        arguments("longest socket", "unix:/" + "a".repeat(106), "/" + "a".repeat(106)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sockets")
  void parsesSockets(String name, String text, String want) {
    Address address = Address.parse(text);
    assertEquals(want, address.socket());
    assertTrue(address.isLocal());
  }

  static Stream<Arguments> hosts() {
    return Stream.of(
        arguments("name", "registryd.example:50051", "registryd.example", 50051, false),
        arguments("name of loopback", "LocalHost:1", "LocalHost", 1, true),
        arguments("loopback", "127.0.0.1:65535", "127.0.0.1", 65535, true),
        arguments("all of loopback", "127.9.9.9:1", "127.9.9.9", 1, true),
        arguments("IPv4", "10.0.0.1:1", "10.0.0.1", 1, false),
        arguments("IPv6 loopback", "[::1]:50051", "[::1]", 50051, true),
        arguments("IPv6", "[fd00::1]:50051", "[fd00::1]", 50051, false),
        arguments("IPv4 within IPv6", "[::ffff:127.0.0.1]:1", "[::ffff:127.0.0.1]", 1, false),
        arguments("like loopback", "127.0.0.1.example:1", "127.0.0.1.example", 1, false));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hosts")
  void parsesHosts(String name, String text, String host, int port, boolean local) {
    Address address = Address.parse(text);
    assertEquals(host, address.host());
    assertEquals(port, address.port());
    assertEquals(local, address.isLocal());
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        arguments("nothing", "", NEITHER),
        arguments("no port", "registryd.example", NEITHER),
        arguments("empty port", "registryd.example:", NEITHER),
        arguments("port 0", "registryd.example:0", NEITHER),
        arguments("port too high", "registryd.example:65536", NEITHER),
        arguments("port with zeros", "registryd.example:000080", NEITHER),
        arguments("port with a sign", "registryd.example:+80", NEITHER),
        arguments("no host", ":50051", NEITHER),
        arguments("scheme", "dns:///registryd.example:50051", NEITHER),
        arguments("URL", "https://registryd.example:50051", NEITHER),
        arguments("abstract socket", "unix-abstract:x", NEITHER),
        arguments("host with a space", "registryd example:1", NEITHER),
        arguments("bare IPv6", "::1:50051", "in brackets"),
        arguments("no IPv6", "[127.0.0.1]:1", "not an IPv6 address"),
        arguments("zone", "[fe80::1%eth0]:1", "not an IPv6 address"),
        arguments("open bracket", "[::1:50051", "not an IPv6 address"),
        arguments("only a bracket", "[:50051", "not an IPv6 address"),
        arguments("open bracket before a name", "[host:1", "not an IPv6 address"),
        arguments("no path", "unix:", "path of the socket is missing"),
        arguments("socket elsewhere", "unix://host/x.sock", "on this machine"),
        arguments("NUL", "unix:/a\0b", "NUL"),
        arguments("too long", "unix:/" + "a".repeat(107), "at most 107 bytes; this one has 108"),
        arguments("too long in UTF-8", "unix:/" + "ü".repeat(54), "this one has 109"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void refuses(String name, String text, String why) {
    var error = assertThrows(IllegalArgumentException.class, () -> Address.parse(text));
    assertTrue(error.getMessage().contains(why), error.getMessage());
    assertTrue(error.getMessage().startsWith("address \"" + text + "\": "), error.getMessage());
  }

  @Test
  void choosesTheDefault(@TempDir Path folder) throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    Path socket = folder.resolve("socket");
    String missing = folder + "/missing";
    try (FakeService fake = new FakeService()) {
      String listening = fake.listen(socket);
      List<String> sockets = List.of(missing, file.toString(), socket.toString());
      assertEquals("host:1", Address.byDefault("host:1", sockets));
      assertEquals(listening, Address.byDefault("", sockets));
      assertEquals(listening, Address.byDefault(null, sockets));
      assertEquals("127.0.0.1:50051", Address.byDefault(null, List.of(missing, file.toString())));
    }
  }
}

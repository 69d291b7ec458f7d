package dev.registryd.client;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.registryd.registry.v1.ParseReferenceRequest;
import io.grpc.Status.Code;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TlsTest {
  @TempDir static Path folder;
  private static final FakeService FAKE = new FakeService();
  private static String byIp;
  private static String byName;
  private static String mutual;

  @BeforeAll
  static void listen() throws Exception {
    issue("authority", null);
    issue("stranger", null);
    issue("client", "authority", "basicConstraints=critical,CA:FALSE");
    issue("ip", "authority", "subjectAltName=IP:127.0.0.1");
    issue("name", "authority", "subjectAltName=DNS:registryd.example");
    byIp = listen("ip", ClientAuth.NONE);
    byName = listen("name", ClientAuth.NONE);
    mutual = listen("ip", ClientAuth.REQUIRE);
  }

  @AfterAll
  static void close() {
    FAKE.close();
  }

  private static Path file(String name) {
    return folder.resolve(name);
  }

  /** Writes NAME.pem and NAME.key, signed by the authority or, where that is null, by itself. */
  private static void issue(String name, String authority, String... extensions) throws Exception {
    List<String> command = new ArrayList<>(List.of("openssl", "req", "-x509", "-nodes"));
    command.addAll(List.of("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"));
    command.addAll(List.of("-days", "2", "-subj", "/CN=" + name));
    command.addAll(List.of("-keyout", file(name + ".key").toString()));
    command.addAll(List.of("-out", file(name + ".pem").toString()));
    if (authority != null) {
      command.addAll(List.of("-CA", file(authority + ".pem").toString()));
      command.addAll(List.of("-CAkey", file(authority + ".key").toString()));
    }
    for (String extension : extensions) {
      command.addAll(List.of("-addext", extension));
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor(), output);
  }

  private static String listen(String name, ClientAuth clientAuth) throws IOException {
    var context =
        GrpcSslContexts.forServer(file(name + ".pem").toFile(), file(name + ".key").toFile())
            .trustManager(file("authority.pem").toFile())
            .clientAuth(clientAuth);
    return FAKE.listen(context.build());
  }

  private static TlsOptions trusting(String authority) {
    return TlsOptions.system().withAuthorities(file(authority + ".pem"));
  }

  private static void call(String address, TlsOptions tls) {
    var builder = RegistryClient.builder().address(address).timeout(Duration.ofMinutes(1));
    if (tls != null) {
      builder.tls(tls);
    }
    try (RegistryClient client = builder.build()) {
      var request = ParseReferenceRequest.getDefaultInstance();
      client.call(() -> client.registry().parseReference(request));
    }
  }

  static Stream<Arguments> accepted() {
    var mine = trusting("authority");
    return Stream.of(
        arguments("an authority of its own", byIp, mine),
        arguments(
            "a client certificate",
            mutual,
            mine.withClientCertificate(file("client.pem"), file("client.key"))),
        arguments("another name", byName, mine.withServerName("registryd.example")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("accepted")
  void answers(String name, String address, TlsOptions tls) {
    assertDoesNotThrow(() -> call(address, tls));
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        arguments("no client certificate", mutual, trusting("authority")),
        arguments("not the address's name", byName, trusting("authority")),
        arguments("not trusted", byIp, trusting("stranger")),
        arguments("not trusted by the system", byIp, TlsOptions.system()),
        arguments("plain text where TLS is spoken", byIp, null));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void fails(String name, String address, TlsOptions tls) {
    var failure = assertThrows(RegistryException.class, () -> call(address, tls));
    assertEquals(Code.UNAVAILABLE, failure.code());
  }

  static Stream<Arguments> unusable() throws IOException {
    Path text = Files.writeString(file("text"), "text");
    Path missing = file("missing");
    var system = TlsOptions.system();
    String remote = "registryd.example:50051";
    return Stream.of(
        arguments("on a socket", "unix:/x", system, "TLS is not spoken over a Unix socket"),
        arguments("missing", remote, system.withAuthorities(missing), "authorities: cannot use"),
        arguments("not PEM", remote, system.withAuthorities(text), "authorities: cannot use"),
        arguments(
            "certificate, not PEM",
            remote,
            system.withClientCertificate(text, text),
            "client certificate: cannot use"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("unusable")
  void refusesOptions(String name, String address, TlsOptions tls, String why) {
    var builder = RegistryClient.builder().address(address).tls(tls);
    var error = assertThrows(IllegalArgumentException.class, builder::build);
    assertTrue(error.getMessage().contains(why), error.getMessage());
  }

  @Test
  void refusesATimeoutThatCannotBeADeadline() {
    var builder = RegistryClient.builder();
    for (long seconds : new long[] {0, -1, Long.MAX_VALUE}) {
      Duration timeout = Duration.ofSeconds(seconds);
      assertThrows(IllegalArgumentException.class, () -> builder.timeout(timeout));
    }
  }
}

package dev.registryd.client;

import io.grpc.netty.shaded.io.netty.util.NetUtil;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** Where a service is reached. */
final class Address {
  static final String VARIABLE = "REGISTRYD_ADDRESS";
  static final String DEFAULT_SOCKET = "/run/registryd/registryd.sock";
  static final String DEFAULT_HOST_PORT = "127.0.0.1:50051";

  /** What sockaddr_un holds, less the NUL. */
  private static final int MAX_SOCKET_PATH = 107;

  /** The type bits of a file's mode, and those of a socket. */
  private static final int TYPE_BITS = 0170000;

  private static final int SOCKET_BITS = 0140000;

  private static final byte[] IPV6_LOOPBACK = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  private static final Pattern IPV6_CHARACTERS = Pattern.compile("[0-9A-Fa-f:.]+");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]+");

  private final String socket;
  private final String host;
  private final int port;
  private final boolean local;

  private Address(String socket, String host, int port, boolean local) {
    this.socket = socket;
    this.host = host;
    this.port = port;
    this.local = local;
  }

  /** The path of a Unix socket; null: host and port say where. */
  String socket() {
    return socket;
  }

  /** A name or a literal address, IPv6 in brackets. Null for a Unix socket. */
  String host() {
    return host;
  }

  int port() {
    return port;
  }

  /** Bytes sent there do not leave this machine: a Unix socket, a loopback address, localhost. */
  boolean isLocal() {
    return local;
  }

  /**
   * Reads unix:PATH or HOST:PORT, where HOST is a name, an IPv4 address or an IPv6 address in
   * brackets. Abstract sockets and gRPC's other schemes are refused.
   *
   * @throws IllegalArgumentException that says what to write instead
   */
  static Address parse(String text) {
    try {
      return text.startsWith("unix:")
          ? parseSocket(text.substring("unix:".length()))
          : parseHostPort(text);
    } catch (IllegalArgumentException why) {
      throw new IllegalArgumentException("address \"" + text + "\": " + why.getMessage());
    }
  }

  private static Address parseSocket(String text) {
    // unix:///run/x.sock, the URI form, means the same as unix:/run/x.sock.
    String path = text.startsWith("///") ? text.substring(2) : text;
    require(!path.isEmpty(), "the path of the socket is missing");
    require(!path.startsWith("//"), "a socket is on this machine; write unix:/PATH");
    require(path.indexOf('\0') < 0, "a path holds no NUL");
    int length = path.getBytes(StandardCharsets.UTF_8).length;
    require(
        length <= MAX_SOCKET_PATH,
        "the path of a socket has at most "
            + MAX_SOCKET_PATH
            + " bytes; this one has "
            + length);
    return new Address(path, null, 0, true);
  }

  private static Address parseHostPort(String text) {
    int colon = text.lastIndexOf(':');
    int port = colon < 0 ? 0 : port(text.substring(colon + 1));
    require(port > 0, "want unix:PATH or HOST:PORT, with a port from 1 to 65535");
    String host = text.substring(0, colon);
    if (host.startsWith("[")) {
      String bare = host.substring(1, Math.max(1, host.length() - 1));
      require(host.endsWith("]") && isIpv6(bare), "not an IPv6 address in brackets");
      return new Address(null, host, port, isLoopback(bare));
    }
    require(!isIpv6(host), "an IPv6 address stands in brackets: [::1]:50051");
    require(
        NAME.matcher(host).matches(), "want unix:PATH or HOST:PORT, without a scheme or path");
    return new Address(null, host, port, host.equalsIgnoreCase("localhost") || isLoopback(host));
  }

  private static void require(boolean condition, String why) {
    if (!condition) {
      throw new IllegalArgumentException(why);
    }
  }

  /** The port in a text, or 0. */
  private static int port(String text) {
    if (!text.matches("[0-9]{1,5}")) {
      return 0;
    }
    int port = Integer.parseInt(text);
    return port <= 65535 ? port : 0;
  }

  /** Without brackets and zone, which NetUtil would take. */
  private static boolean isIpv6(String host) {
    return IPV6_CHARACTERS.matcher(host).matches() && NetUtil.isValidIpV6Address(host);
  }

  private static boolean isLoopback(String host) {
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(host);
    if (bytes == null) {
      return false;
    }
    return bytes.length == 4 ? bytes[0] == 127 : Arrays.equals(bytes, IPV6_LOOPBACK);
  }

  /**
   * $REGISTRYD_ADDRESS if it is set and not empty, else the socket of a service of the user's own
   * if there is one, else the default socket if it exists, else the default port on this machine.
   */
  static String byDefault() {
    List<String> sockets = new ArrayList<>();
    String runtime = System.getenv("XDG_RUNTIME_DIR");
    if (runtime != null && !runtime.isEmpty()) {
      sockets.add(runtime + "/registryd/registryd.sock");
    }
    sockets.add(DEFAULT_SOCKET);
    return byDefault(System.getenv(VARIABLE), sockets);
  }

  /** byDefault by the given variable, which may be null, and sockets. */
  static String byDefault(String variable, List<String> sockets) {
    if (variable != null && !variable.isEmpty()) {
      return variable;
    }
    return sockets.stream()
        .filter(Address::isSocket)
        .map(socket -> "unix:" + socket)
        .findFirst()
        .orElse(DEFAULT_HOST_PORT);
  }

  private static boolean isSocket(String path) {
    try {
      Object mode = Files.getAttribute(Path.of(path), "unix:mode");
      return ((Integer) mode & TYPE_BITS) == SOCKET_BITS;
    } catch (IOException | RuntimeException missing) {
      return false;
    }
  }
}

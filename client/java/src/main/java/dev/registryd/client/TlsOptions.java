package dev.registryd.client;

import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import java.io.File;
import java.nio.file.Path;
import java.util.Objects;
import javax.net.ssl.SSLException;

/**
 * How TLS is spoken to the service: with the system's authorities and without a client certificate,
 * unless told otherwise. Files hold PEM, a key in PKCS #8, and are read once, when the client is
 * made. Immutable.
 */
public final class TlsOptions {
  private static final TlsOptions SYSTEM = new TlsOptions(null, null, null, null);

  private final File ca;
  private final File certificate;
  private final File key;
  private final String serverName;

  private TlsOptions(File ca, File certificate, File key, String serverName) {
    this.ca = ca;
    this.certificate = certificate;
    this.key = key;
    this.serverName = serverName;
  }

  /** TLS with the authorities that Java trusts. */
  public static TlsOptions system() {
    return SYSTEM;
  }

  /** These, with the trusted authorities of a file. */
  public TlsOptions withAuthorities(Path file) {
    return new TlsOptions(file.toFile(), certificate, key, serverName);
  }

  /** These, with a client certificate and its key. */
  public TlsOptions withClientCertificate(Path certificateFile, Path keyFile) {
    return new TlsOptions(ca, certificateFile.toFile(), keyFile.toFile(), serverName);
  }

  /** These, with the name that the service's certificate must have, instead of the address's. */
  public TlsOptions withServerName(String name) {
    return new TlsOptions(ca, certificate, key, Objects.requireNonNull(name, "name"));
  }

  /** Null: the address's host. */
  String serverName() {
    return serverName;
  }

  /**
   * What a channel needs.
   *
   * @throws IllegalArgumentException if a file is not usable
   */
  SslContext context() {
    SslContextBuilder builder = GrpcSslContexts.forClient();
    if (ca != null) {
      use("authorities", ca, () -> builder.trustManager(ca));
    }
    if (certificate != null) {
      use(
          "client certificate",
          certificate + ", " + key,
          () -> builder.keyManager(certificate, key));
    }
    try {
      return builder.build();
    } catch (SSLException unusable) {
      throw new IllegalArgumentException("TLS: " + unusable.getMessage(), unusable);
    }
  }

  private static void use(String option, Object files, Runnable read) {
    try {
      read.run();
    } catch (RuntimeException unusable) {
      throw new IllegalArgumentException(
          option + ": cannot use " + files + ": " + unusable.getMessage(), unusable);
    }
  }
}

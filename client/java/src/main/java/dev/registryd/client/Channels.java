package dev.registryd.client;

import com.google.gson.Gson;
import com.google.gson.reflect.TypeToken;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** How a service is dialled. */
final class Channels {
  /** Answers grow with what certs.d holds and with the size of a batch. */
  private static final int MAX_ANSWER_BYTES = 64 << 20;

  /**
   * A peer that is silent for so long is asked whether it is there, and counts as gone when it does
   * not answer within the other. The service takes pings every ten seconds.
   */
  private static final Duration KEEPALIVE_TIME = Duration.ofSeconds(30);

  private static final Duration KEEPALIVE_TIMEOUT = Duration.ofSeconds(20);

  private static final String SERVICE_CONFIG = "service_config.json";

  private Channels() {}

  /** A channel to a Unix socket, on the threads of {@code loops}. */
  static NettyChannelBuilder toSocket(Address address, EventLoopGroup loops) {
    return common(NettyChannelBuilder.forAddress(new DomainSocketAddress(address.socket())))
        .channelType(EpollDomainSocketChannel.class, DomainSocketAddress.class)
        .eventLoopGroup(loops)
        // gRPC sets it on every socket, and netty warns that this kind has none.
        .withOption(ChannelOption.SO_KEEPALIVE, null)
        .overrideAuthority("localhost")
        .usePlaintext();
  }

  /**
   * A channel over TCP. Null {@code tls}: plain text to this machine, TLS with the system's
   * authorities to any other.
   *
   * @throws IllegalArgumentException if a file of {@code tls} is not usable
   */
  static NettyChannelBuilder toHost(Address address, TlsOptions tls) {
    NettyChannelBuilder builder =
        common(NettyChannelBuilder.forAddress(address.host(), address.port()));
    if (tls == null && address.isLocal()) {
      return builder.usePlaintext();
    }
    TlsOptions options = tls == null ? TlsOptions.system() : tls;
    if (options.serverName() != null) {
      builder.overrideAuthority(options.serverName());
    }
    return builder.sslContext(options.context());
  }

  private static NettyChannelBuilder common(NettyChannelBuilder builder) {
    return builder
        .defaultServiceConfig(serviceConfig())
        .disableServiceConfigLookUp()
        .maxInboundMessageSize(MAX_ANSWER_BYTES)
        .keepAliveTime(KEEPALIVE_TIME.toSeconds(), TimeUnit.SECONDS)
        .keepAliveTimeout(KEEPALIVE_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
        .keepAliveWithoutCalls(true)
        // Not through the proxies that the environment or Java's properties name.
        .proxyDetector(target -> null);
  }

  /** Which calls are repeated when the service is not to be reached. */
  private static Map<String, ?> serviceConfig() {
    try (InputStream file = Channels.class.getResourceAsStream(SERVICE_CONFIG);
        Reader text = new InputStreamReader(file, StandardCharsets.UTF_8)) {
      return new Gson().fromJson(text, new TypeToken<Map<String, Object>>() {});
    } catch (IOException unreadable) {
      throw new UncheckedIOException(SERVICE_CONFIG, unreadable);
    }
  }
}

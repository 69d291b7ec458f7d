package dev.registryd.client;

import dev.registryd.registry.v1.ConfigServiceGrpc;
import dev.registryd.registry.v1.RegistryServiceGrpc;
import dev.registryd.registry.v1.V1SessionServiceGrpc;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollEventLoopGroup;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A connection to registryd, made with the first call.
 *
 * <pre>{@code
 * try (RegistryClient client = RegistryClient.create()) {
 *   ResolveRepositoryRequest request =
 *       ResolveRepositoryRequest.newBuilder().setReference("ubuntu").build();
 *   ResolveRepositoryResponse answer =
 *       client.call(() -> client.registry().resolveRepository(request));
 * }
 * }</pre>
 *
 * <p>Calls go through the generated stubs, whose documentation says what each does. They throw
 * StatusRuntimeException, as gRPC's do; {@link #call}, or {@link RegistryException#from}, makes a
 * RegistryException of it.
 *
 * <p>Calls that only read are repeated when the service is not to be reached (UNAVAILABLE): twice
 * at most, within their deadline, and less if that rarely helps. Proxies are not used. Threads may
 * share a client.
 *
 * <p>A peer that is silent for 30 seconds is pinged. If it does not answer within 20 more, what is
 * under way ends with UNAVAILABLE.
 */
public final class RegistryClient implements AutoCloseable {
  private static final long CLOSE_SECONDS = 5;

  /** What a deadline can be given as. */
  private static final Duration MAX_TIMEOUT = Duration.ofNanos(Long.MAX_VALUE);

  private final ManagedChannel channel;
  private final Channel calls;

  /** The threads of a Unix socket. Null where gRPC's own serve. */
  private final EventLoopGroup loops;

  private RegistryClient(Builder options) {
    String text = options.address.isEmpty() ? Address.byDefault() : options.address;
    Address address = Address.parse(text);
    NettyChannelBuilder builder;
    if (address.socket() == null) {
      loops = null;
      builder = Channels.toHost(address, options.tls);
    } else {
      loops = socketLoops(options.tls);
      builder = Channels.toSocket(address, loops);
    }
    if (!options.userAgent.isEmpty()) {
      builder.userAgent(options.userAgent);
    }
    channel = builder.build();
    calls = ClientInterceptors.intercept(channel, new DefaultDeadline(options.timeout));
  }

  private static EventLoopGroup socketLoops(TlsOptions tls) {
    if (tls != null) {
      throw new IllegalArgumentException("TLS is not spoken over a Unix socket");
    }
    if (!Epoll.isAvailable()) {
      throw new UnsupportedOperationException(
          "Unix sockets need Linux on x86-64 or aarch64", Epoll.unavailabilityCause());
    }
    return new EpollEventLoopGroup(1, new DefaultThreadFactory("registryd-client", true));
  }

  /** A client of the service on this machine. */
  public static RegistryClient create() {
    return builder().build();
  }

  /** Takes where and how the service is reached. */
  public static Builder builder() {
    return new Builder();
  }

  /** Answers questions about references, registries and credentials. */
  public RegistryServiceGrpc.RegistryServiceBlockingStub registry() {
    return RegistryServiceGrpc.newBlockingStub(calls);
  }

  /** Reads, changes and watches the service's configuration. */
  public ConfigServiceGrpc.ConfigServiceBlockingStub config() {
    return ConfigServiceGrpc.newBlockingStub(calls);
  }

  /** Asks registries of the legacy V1 protocol. */
  public V1SessionServiceGrpc.V1SessionServiceBlockingStub v1Session() {
    return V1SessionServiceGrpc.newBlockingStub(calls);
  }

  /**
   * Makes a stub of another kind, or of another service: {@code
   * client.stub(RegistryServiceGrpc::newFutureStub)}.
   */
  public <S> S stub(Function<Channel, S> make) {
    return make.apply(calls);
  }

  /**
   * What {@code call} returns.
   *
   * @throws RegistryException if it throws what a stub does
   */
  public <A> A call(Supplier<A> call) {
    try {
      return call.get();
    } catch (StatusRuntimeException failure) {
      throw RegistryException.from(failure);
    }
  }

  /** Ends the connection, and what is under way with CANCELLED. */
  @Override
  public void close() {
    channel.shutdownNow();
    try {
      channel.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    if (loops != null) {
      loops.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS);
    }
  }

  /** Where and how a service is reached. */
  public static final class Builder {
    private String address = "";
    private TlsOptions tls;
    private Duration timeout = Duration.ofSeconds(5);
    private String userAgent = "";

    private Builder() {}

    /**
     * {@code unix:PATH} or {@code HOST:PORT}. Without it, or empty: $REGISTRYD_ADDRESS if it is
     * set, else $XDG_RUNTIME_DIR/registryd/registryd.sock or /run/registryd/registryd.sock if there
     * is such a socket, else 127.0.0.1:50051.
     */
    public Builder address(String address) {
      this.address = Objects.requireNonNull(address, "address");
      return this;
    }

    /**
     * How TLS is spoken. Without it: plain text to this machine (a Unix socket, a loopback
     * address), TLS with the system's authorities to any other.
     */
    public Builder tls(TlsOptions tls) {
      this.tls = Objects.requireNonNull(tls, "tls");
      return this;
    }

    /**
     * For calls without a deadline of their own; streams have none unless they are given one.
     * Without it: 5 seconds.
     *
     * @throws IllegalArgumentException if it is not positive, or more than 292 years
     */
    public Builder timeout(Duration timeout) {
      if (timeout.isZero() || timeout.isNegative() || timeout.compareTo(MAX_TIMEOUT) > 0) {
        throw new IllegalArgumentException("timeout: must be positive, and at most 292 years");
      }
      this.timeout = timeout;
      return this;
    }

    /** Goes before gRPC's own {@code User-Agent}. Without it, or empty: that alone. */
    public Builder userAgent(String userAgent) {
      this.userAgent = Objects.requireNonNull(userAgent, "userAgent");
      return this;
    }

    /**
     * The client.
     *
     * @throws IllegalArgumentException if the address or the combination of options makes no sense,
     *     or a file is not usable; the message names the option
     * @throws UnsupportedOperationException if Unix sockets are not to be had on this machine
     */
    public RegistryClient build() {
      return new RegistryClient(this);
    }
  }
}

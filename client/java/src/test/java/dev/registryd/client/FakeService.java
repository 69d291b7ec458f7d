package dev.registryd.client;

import com.google.protobuf.Any;
import com.google.protobuf.Empty;
import com.google.protobuf.Message;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.protobuf.ProtoUtils;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server that answers every method of every service. */
final class FakeService extends HandlerRegistry implements AutoCloseable {
  private static final Metadata.Key<String> USER_AGENT =
      Metadata.Key.of("user-agent", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

  /** One call that reached the fake. */
  static final class Seen {
    final String method;
    final Deadline deadline;
    final String userAgent;
    final String authority;

    Seen(ServerCall<?, ?> call, Metadata headers) {
      method = call.getMethodDescriptor().getFullMethodName();
      deadline = Context.current().getDeadline();
      userAgent = headers.get(USER_AGENT);
      authority = call.getAuthority();
    }
  }

  /** Makes the answer to a call. Null: none ever. */
  interface Answer {
    Message answer() throws StatusRuntimeException;
  }

  final List<Seen> seen = new CopyOnWriteArrayList<>();
  private final List<Runnable> parts = new ArrayList<>();
  private volatile Answer answer = Empty::getDefaultInstance;

  /** The fake, which from now on answers so. */
  FakeService answering(Answer answer) {
    this.answer = answer;
    return this;
  }

  /** An end with details as a service sends them. */
  static StatusRuntimeException failing(Status.Code code, String message, Message... details) {
    var status = com.google.rpc.Status.newBuilder().setCode(code.value()).setMessage(message);
    for (Message detail : details) {
      status.addDetails(detail instanceof Any ? (Any) detail : Any.pack(detail));
    }
    return failing(code, message, status.build().toByteArray());
  }

  /** An end with any bytes for details. */
  static StatusRuntimeException failing(Status.Code code, String message, byte[] details) {
    Metadata trailers = new Metadata();
    trailers.put(DETAILS, details);
    return code.toStatus().withDescription(message).asRuntimeException(trailers);
  }

  /** Listens on loopback; TLS if the context is not null. Returns HOST:PORT. */
  String listen(SslContext tls) throws IOException {
    var at = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0);
    var builder = NettyServerBuilder.forAddress(at);
    if (tls != null) {
      builder.sslContext(tls);
    }
    return "127.0.0.1:" + start(builder).getPort();
  }

  /** Listens on a Unix socket. Returns its address. */
  String listen(Path socket) throws IOException {
    var loops = new EpollEventLoopGroup(1);
    var builder =
        NettyServerBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
            .channelType(EpollServerDomainSocketChannel.class)
            .withChildOption(ChannelOption.SO_KEEPALIVE, null)
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops);
    start(builder);
    parts.add(loops::shutdownGracefully);
    return "unix:" + socket;
  }

  private Server start(NettyServerBuilder builder) throws IOException {
    Server server = builder.fallbackHandlerRegistry(this).build().start();
    parts.add(server::shutdownNow);
    return server;
  }

  @Override
  public ServerMethodDefinition<?, ?> lookupMethod(String name, String authority) {
    MethodDescriptor<Empty, Message> method =
        MethodDescriptor.<Empty, Message>newBuilder()
            .setType(MethodDescriptor.MethodType.UNKNOWN)
            .setFullMethodName(name)
            .setRequestMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
            .setResponseMarshaller(ProtoUtils.marshaller((Message) Empty.getDefaultInstance()))
            .build();
    return ServerMethodDefinition.create(method, this::handle);
  }

  private ServerCall.Listener<Empty> handle(ServerCall<Empty, Message> call, Metadata headers) {
    seen.add(new Seen(call, headers));
    call.request(1);
    return new ServerCall.Listener<>() {
      @Override
      public void onHalfClose() {
        try {
          Message message = answer.answer();
          if (message != null) {
            call.sendHeaders(new Metadata());
            call.sendMessage(message);
            call.close(Status.OK, new Metadata());
          }
        } catch (StatusRuntimeException failure) {
          Metadata trailers = failure.getTrailers();
          call.close(failure.getStatus(), trailers == null ? new Metadata() : trailers);
        }
      }
    };
  }

  Seen last() {
    return seen.get(seen.size() - 1);
  }

  @Override
  public void close() {
    parts.forEach(Runnable::run);
  }
}

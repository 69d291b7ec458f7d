package dev.registryd.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Gives calls a deadline that have none. Streams stay without. */
final class DefaultDeadline implements ClientInterceptor {
  private final Duration timeout;

  DefaultDeadline(Duration timeout) {
    this.timeout = timeout;
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    boolean limited =
        options.getDeadline() != null || Context.current().getDeadline() != null;
    boolean stream = method.getType() != MethodDescriptor.MethodType.UNARY;
    return next.newCall(
        method,
        limited || stream
            ? options
            : options.withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS));
  }
}

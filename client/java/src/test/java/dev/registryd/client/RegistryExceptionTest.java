package dev.registryd.client;

import static dev.registryd.client.FakeService.failing;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.DebugInfo;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.registryd.registry.v1.ParseReferenceRequest;
import dev.registryd.registry.v1.WatchServiceConfigRequest;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RegistryExceptionTest {
  private static final ErrorInfo INFO =
      ErrorInfo.newBuilder()
          .setReason("REFERENCE_INVALID")
          .setDomain("registry.v1")
          .putMetadata("k", "v")
          .build();
  private static final BadRequest REQUEST =
      BadRequest.newBuilder()
          .addFieldViolations(
              BadRequest.FieldViolation.newBuilder()
                  .setField("options.mirrors[1]")
                  .setDescription("no host"))
          .addFieldViolations(BadRequest.FieldViolation.newBuilder().setField("reference"))
          .build();

  private static RetryInfo retry(long seconds, int nanos) {
    return RetryInfo.newBuilder()
        .setRetryDelay(Duration.newBuilder().setSeconds(seconds).setNanos(nanos))
        .build();
  }

  private static Any malformed(Message of) {
    return Any.newBuilder()
        .setTypeUrl("type.googleapis.com/" + of.getDescriptorForType().getFullName())
        .setValue(ByteString.copyFrom(new byte[] {(byte) 0xff}))
        .build();
  }

  /** All that an exception says, on one line. */
  private static String shown(RegistryException failure) {
    return String.join(
        "|",
        failure.code().name(),
        failure.description(),
        failure.reason(),
        failure.domain(),
        failure.metadata().toString(),
        failure.fieldViolations().toString(),
        failure.retryDelay().map(Object::toString).orElse(""));
  }

  static Stream<Arguments> failures() {
    return Stream.of(
        arguments("without details", failing(Code.NOT_FOUND, "none"), "NOT_FOUND|none|||{}|[]|"),
        arguments(
            "all details",
            failing(Code.INVALID_ARGUMENT, "ünï", INFO, REQUEST, retry(1, 500_000_000)),
            "INVALID_ARGUMENT|ünï|REFERENCE_INVALID|registry.v1|{k=v}"
                + "|[options.mirrors[1]: no host, reference: ]|PT1.5S"),
        arguments(
            "another domain",
            failing(
                Code.ABORTED, "m", ErrorInfo.newBuilder().setReason("R").setDomain("o").build()),
            "ABORTED|m|R|o|{}|[]|"),
        arguments(
            "no delay",
            failing(Code.ABORTED, "m", RetryInfo.getDefaultInstance()),
            "ABORTED|m|||{}|[]|"),
        arguments(
            "a delay of nothing",
            failing(Code.ABORTED, "m", retry(0, 0)),
            "ABORTED|m|||{}|[]|PT0S"),
        arguments(
            "a delay into the past",
            failing(Code.ABORTED, "m", retry(-1, 0)),
            "ABORTED|m|||{}|[]|PT0S"),
        arguments(
            "details of other kinds",
            failing(Code.ABORTED, "m", DebugInfo.newBuilder().setDetail("d").build(), INFO),
            "ABORTED|m|REFERENCE_INVALID|registry.v1|{k=v}|[]|"),
        arguments(
            "malformed reason",
            failing(Code.ABORTED, "m", malformed(INFO), retry(1, 0)),
            "ABORTED|m|||{}|[]|PT1S"),
        arguments(
            "malformed fields",
            failing(Code.ABORTED, "m", malformed(REQUEST)),
            "ABORTED|m|||{}|[]|"),
        arguments(
            "malformed delay",
            failing(Code.ABORTED, "m", malformed(RetryInfo.getDefaultInstance())),
            "ABORTED|m|||{}|[]|"),
        arguments(
            "malformed details",
            failing(Code.ABORTED, "m", new byte[] {(byte) 0xff}),
            "ABORTED|m|||{}|[]|"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("failures")
  void saysWhatTheServiceSaid(
      String name, StatusRuntimeException sent, String want, @TempDir Path folder)
      throws Exception {
    FakeService.Answer answer =
        () -> {
          throw sent;
        };
    try (FakeService fake = new FakeService().answering(answer);
        RegistryClient client =
            RegistryClient.builder().address(fake.listen(folder.resolve("s"))).build()) {
      var call =
          assertThrows(
              RegistryException.class,
              () ->
                  client.call(
                      () ->
                          client
                              .registry()
                              .parseReference(ParseReferenceRequest.getDefaultInstance())));
      assertEquals(want, shown(call));
      var watch =
          client.config().watchServiceConfig(WatchServiceConfigRequest.getDefaultInstance());
      var stream = assertThrows(RegistryException.class, () -> client.call(watch::next));
      assertEquals(want, shown(stream));
    }
  }

  @Test
  void isMadeOfWhatAFutureFailedWith() {
    var failure = failing(Code.ABORTED, "m", INFO);
    var exception = RegistryException.from(new ExecutionException(failure));
    assertEquals("REFERENCE_INVALID", exception.reason());
    assertSame(exception, RegistryException.from(new ExecutionException(exception)));
  }

  @Test
  void isUnknownWhereNoCallFailed() {
    var cause = new IllegalStateException("x");
    var exception = RegistryException.from(cause);
    assertEquals(Code.UNKNOWN, exception.code());
    assertSame(cause, exception.getCause());
  }

  @Test
  void saysWhyTheServiceWasNotReached() {
    var cause = new IllegalStateException("outer", new IOException("Connection refused"));
    var broken = Status.UNAVAILABLE.withDescription("io exception\nChannel Pipeline: [a, b]");
    assertEquals(
        "io exception: Connection refused",
        RegistryException.from(broken.withCause(cause).asException()).description());
    assertEquals(
        "io exception: java.io.EOFException",
        RegistryException.from(broken.withCause(new EOFException()).asException()).description());
    assertEquals(
        "Connection refused",
        RegistryException.from(Status.UNAVAILABLE.withCause(cause).asException()).description());
  }

  @Test
  void hasCodeAndReasonInItsMessage() {
    var with = RegistryException.from(failing(Code.ABORTED, "m", INFO));
    assertEquals("ABORTED (REFERENCE_INVALID): m", with.getMessage());
    var without = RegistryException.from(failing(Code.ABORTED, "m"));
    assertEquals("ABORTED: m", without.getMessage());
  }

  @Test
  void whatItHoldsCannotBeChanged() {
    var exception = RegistryException.from(failing(Code.ABORTED, "m", INFO, REQUEST));
    Map<String, String> metadata = exception.metadata();
    assertThrows(UnsupportedOperationException.class, () -> metadata.put("a", "b"));
    List<FieldViolation> violations = exception.fieldViolations();
    assertThrows(UnsupportedOperationException.class, violations::clear);
    assertEquals(new FieldViolation("reference", ""), violations.get(1));
  }
}

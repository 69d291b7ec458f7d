package dev.registryd.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A call failed: what the service said, or gRPC where the service did not answer.
 *
 * <p>{@link #code} says what to do, {@link #reason} what happened. Text comes from the service as
 * it is. What the service left out, or what cannot be read, is empty.
 */
public final class RegistryException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** The domain of the reasons that registryd gives. */
  public static final String DOMAIN = "registry.v1";

  private static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private final Status.Code code;
  private final String description;
  private final ErrorInfo info;
  private final BadRequest request;
  private final RetryInfo retry;

  private RegistryException(Status status, Metadata trailers, Throwable cause) {
    super(cause);
    List<Any> details = details(trailers);
    code = status.getCode();
    info = first(details, ErrorInfo.getDefaultInstance());
    description = info.getReason().isEmpty() ? withCause(status) : said(status);
    request = first(details, BadRequest.getDefaultInstance());
    retry = first(details, RetryInfo.getDefaultInstance());
  }

  /**
   * The exception for what a stub threw or a future failed with. What no call failed with has the
   * code UNKNOWN; a RegistryException is returned as it is.
   */
  public static RegistryException from(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof RegistryException) {
        return (RegistryException) cause;
      }
      if (cause instanceof StatusRuntimeException) {
        StatusRuntimeException ended = (StatusRuntimeException) cause;
        return new RegistryException(ended.getStatus(), ended.getTrailers(), failure);
      }
      if (cause instanceof StatusException) {
        StatusException ended = (StatusException) cause;
        return new RegistryException(ended.getStatus(), ended.getTrailers(), failure);
      }
    }
    return new RegistryException(
        Status.UNKNOWN.withDescription(String.valueOf(failure)), null, failure);
  }

  /** gRPC's code. */
  public Status.Code code() {
    return code;
  }

  /** What the service said, or why it was not reached, for people. */
  public String description() {
    return description;
  }

  /** What happened, for programs: {@code REFERENCE_INVALID}. Empty: not stated. */
  public String reason() {
    return info.getReason();
  }

  /** Who gives the reason its meaning: {@link #DOMAIN} for registryd. */
  public String domain() {
    return info.getDomain();
  }

  /** What the reason is about. */
  public Map<String, String> metadata() {
    return info.getMetadataMap();
  }

  /** The request's fields that were not accepted. */
  public List<FieldViolation> fieldViolations() {
    return request.getFieldViolationsList().stream()
        .map(violation -> new FieldViolation(violation.getField(), violation.getDescription()))
        .collect(Collectors.toUnmodifiableList());
  }

  /** How long to wait before trying again. Never negative. Empty: not stated. */
  public Optional<Duration> retryDelay() {
    if (!retry.hasRetryDelay()) {
      return Optional.empty();
    }
    Duration delay =
        Duration.ofSeconds(retry.getRetryDelay().getSeconds(), retry.getRetryDelay().getNanos());
    return Optional.of(delay.isNegative() ? Duration.ZERO : delay);
  }

  /** Code, reason and description. */
  @Override
  public String getMessage() {
    return code + (reason().isEmpty() ? "" : " (" + reason() + ")") + ": " + description;
  }

  private static String said(Status status) {
    return status.getDescription() == null ? "" : status.getDescription();
  }

  /**
   * What gRPC said, of which the first line is for people, and the innermost cause: "io exception"
   * alone tells nobody that the connection was refused.
   */
  private static String withCause(Status status) {
    Throwable cause = status.getCause();
    if (cause == null) {
      return said(status);
    }
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String text = said(status).lines().findFirst().orElse("");
    String why = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return text.contains(why) ? text : text.isEmpty() ? why : text + ": " + why;
  }

  private static List<Any> details(Metadata trailers) {
    byte[] bytes = trailers == null ? null : trailers.get(DETAILS);
    if (bytes == null) {
      return List.of();
    }
    try {
      return com.google.rpc.Status.parseFrom(bytes).getDetailsList();
    } catch (InvalidProtocolBufferException malformed) {
      return List.of();
    }
  }

  /** The first detail of a type: empty if there is none, or if it cannot be read. */
  private static <T extends Message> T first(List<Any> details, T empty) {
    @SuppressWarnings("unchecked")
    Class<T> type = (Class<T>) empty.getClass();
    for (Any detail : details) {
      if (detail.is(type)) {
        try {
          return detail.unpack(type);
        } catch (InvalidProtocolBufferException malformed) {
          return empty;
        }
      }
    }
    return empty;
  }
}

package dev.registryd.client.scenario;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import dev.registryd.client.RegistryException;
import io.grpc.Status.Code;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** What is printed. */
final class Lines {
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();
  private static final JsonFormat.Printer PRINTER = JsonFormat.printer();

  /** Gson escapes these two, and nobody else does. A backslash's own escape stays as it is. */
  private static final Pattern ESCAPE = Pattern.compile("\\\\(\\\\|u202[89])");

  private Lines() {}

  /** JSON with sorted keys and without spaces. */
  static String compact(JsonElement value) {
    return ESCAPE
        .matcher(GSON.toJson(sorted(value)))
        .replaceAll(
            found ->
                found.group(1).equals("\\")
                    ? "\\\\\\\\"
                    : String.valueOf((char) Integer.parseInt(found.group(1).substring(1), 16)));
  }

  private static JsonElement sorted(JsonElement value) {
    if (value.isJsonArray()) {
      JsonArray array = new JsonArray();
      value.getAsJsonArray().forEach(item -> array.add(sorted(item)));
      return array;
    }
    if (!value.isJsonObject()) {
      return value;
    }
    Map<String, JsonElement> fields = new TreeMap<>(value.getAsJsonObject().asMap());
    JsonObject object = new JsonObject();
    fields.forEach((name, field) -> object.add(name, sorted(field)));
    return object;
  }

  /** Protobuf's JSON mapping of a message. */
  static JsonObject fields(MessageOrBuilder message) {
    try {
      return JsonParser.parseString(PRINTER.print(message)).getAsJsonObject();
    } catch (InvalidProtocolBufferException failure) {
      throw new NotUnderstood("answer", failure);
    }
  }

  /** What is printed of the error of a call. */
  static JsonObject failure(RegistryException failed) {
    JsonObject error = new JsonObject();
    error.addProperty("code", failed.code().name());
    JsonObject line = new JsonObject();
    line.add("error", error);
    if (failed.code() == Code.DEADLINE_EXCEEDED || failed.code() == Code.CANCELLED) {
      return line;
    }
    if (failed.code() != Code.UNAVAILABLE) {
      error.addProperty("message", failed.description());
    }
    if (!failed.domain().isEmpty()) {
      error.addProperty("domain", failed.domain());
    }
    if (!failed.reason().isEmpty()) {
      error.addProperty("reason", failed.reason());
    }
    if (!failed.metadata().isEmpty()) {
      error.add("metadata", GSON.toJsonTree(failed.metadata()));
    }
    JsonArray violated = new JsonArray();
    failed.fieldViolations().forEach(violation -> violated.add(violation.field()));
    if (!violated.isEmpty()) {
      error.add("fields", violated);
    }
    failed.retryDelay().ifPresent(delay -> error.add("retryDelay", duration(delay)));
    return line;
  }

  private static JsonElement duration(Duration delay) {
    var message =
        com.google.protobuf.Duration.newBuilder()
            .setSeconds(delay.getSeconds())
            .setNanos(delay.getNano());
    try {
      return JsonParser.parseString(PRINTER.print(message));
    } catch (InvalidProtocolBufferException failure) {
      throw new NotUnderstood("retry delay", failure);
    }
  }
}

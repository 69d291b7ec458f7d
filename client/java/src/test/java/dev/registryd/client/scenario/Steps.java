package dev.registryd.client.scenario;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import dev.registryd.client.RegistryClient;
import dev.registryd.client.RegistryException;
import dev.registryd.client.TlsOptions;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractStub;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Takes steps. A connection is made with its first call. */
final class Steps implements AutoCloseable {
  /** How long a message of a stream may take. */
  private static final long NEXT_SECONDS = 10;

  /** A stream that the scenario has opened. */
  private static final class Watch {
    final Context.CancellableContext context;
    final Iterator<?> messages;

    Watch(Context.CancellableContext context, Iterator<?> messages) {
      this.context = context;
      this.messages = messages;
    }
  }

  private final JsonObject connections;
  private final Map<String, String> values = new HashMap<>();
  private final Map<String, RegistryClient> clients = new HashMap<>();
  private final Map<String, Watch> watches = new HashMap<>();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

  Steps(JsonObject context) {
    connections = context.getAsJsonObject("connections");
    context
        .getAsJsonObject("values")
        .entrySet()
        .forEach(value -> values.put(value.getKey(), value.getValue().getAsString()));
  }

  /**
   * What the line of a step says besides its name. That a call fails is an answer like another.
   *
   * @throws NotUnderstood if the step is not understood
   */
  JsonObject take(JsonObject step) {
    try {
      if (step.has("open")) {
        return open(step);
      }
      if (step.has("next")) {
        return next(step);
      }
      if (step.has("cancel")) {
        return end(step);
      }
      if (step.has("call")) {
        return shown(step, start(step));
      }
    } catch (RegistryException failure) {
      return Lines.failure(failure);
    }
    throw new NotUnderstood("neither call nor open, next or cancel: " + step);
  }

  private JsonObject open(JsonObject step) {
    Context.CancellableContext context = Context.current().withCancellation();
    Context before = context.attach();
    try {
      watches.put(text(step, "open"), new Watch(context, (Iterator<?>) start(step)));
    } finally {
      context.detach(before);
    }
    JsonObject line = new JsonObject();
    line.add("opened", step.get("open"));
    return line;
  }

  private JsonObject next(JsonObject step) {
    Watch watch = watch(text(step, "next"));
    var late = timer.schedule(() -> watch.context.cancel(null), NEXT_SECONDS, TimeUnit.SECONDS);
    try {
      return shown(step, message(watch));
    } catch (NoSuchElementException ended) {
      return ended();
    } finally {
      late.cancel(false);
    }
  }

  private JsonObject end(JsonObject step) {
    Watch watch = watch(text(step, "cancel"));
    watch.context.cancel(null);
    try {
      while (true) {
        message(watch);
      }
    } catch (NoSuchElementException ended) {
      return ended();
    }
  }

  private static JsonObject ended() {
    JsonObject line = new JsonObject();
    line.addProperty("ended", true);
    return line;
  }

  private Watch watch(String name) {
    if (!watches.containsKey(name)) {
      throw new NotUnderstood("no stream " + name);
    }
    return watches.get(name);
  }

  private static Object message(Watch watch) {
    try {
      return watch.messages.next();
    } catch (StatusRuntimeException failure) {
      throw RegistryException.from(failure);
    }
  }

  /** Makes the call of a step. Returns its answer, or its stream. */
  private Object start(JsonObject step) {
    RegistryClient client = client(step.has("connection") ? text(step, "connection") : "unix");
    AbstractStub<?> stub = stub(client, text(step, "service"));
    if (step.has("timeout_ms")) {
      stub = stub.withDeadlineAfter(step.get("timeout_ms").getAsLong(), TimeUnit.MILLISECONDS);
    }
    Method method = method(stub, text(step, "call"));
    try {
      return method.invoke(stub, request(method.getParameterTypes()[0], step.get("request")));
    } catch (InvocationTargetException failure) {
      throw RegistryException.from(failure.getCause());
    } catch (IllegalAccessException failure) {
      throw new NotUnderstood("call", failure);
    }
  }

  private static AbstractStub<?> stub(RegistryClient client, String service) {
    switch (service) {
      case "RegistryService":
        return client.registry();
      case "ConfigService":
        return client.config();
      case "V1SessionService":
        return client.v1Session();
      default:
        throw new NotUnderstood("no service " + service);
    }
  }

  private static Method method(AbstractStub<?> stub, String call) {
    String name = Character.toLowerCase(call.charAt(0)) + call.substring(1);
    for (Method method : stub.getClass().getMethods()) {
      if (method.getName().equals(name) && method.getParameterCount() == 1) {
        return method;
      }
    }
    throw new NotUnderstood("no call " + call);
  }

  private Message request(Class<?> type, JsonElement fields) {
    try {
      var builder = (Message.Builder) type.getMethod("newBuilder").invoke(null);
      if (fields != null) {
        JsonFormat.parser().merge(filled(fields).toString(), builder);
      }
      return builder.build();
    } catch (ReflectiveOperationException | InvalidProtocolBufferException failure) {
      throw new NotUnderstood("request", failure);
    }
  }

  /** {{NAME}} replaced by values. */
  private JsonElement filled(JsonElement value) {
    if (value.isJsonObject()) {
      JsonObject object = new JsonObject();
      value.getAsJsonObject().asMap().forEach((name, field) -> object.add(name, filled(field)));
      return object;
    }
    if (value.isJsonArray()) {
      var array = value.getAsJsonArray();
      array.asList().replaceAll(this::filled);
      return array;
    }
    if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isString()) {
      return value;
    }
    String text = value.getAsString();
    for (var known : values.entrySet()) {
      text = text.replace("{{" + known.getKey() + "}}", known.getValue());
    }
    return new JsonPrimitive(text);
  }

  private JsonObject shown(JsonObject step, Object answer) {
    JsonObject response = Lines.fields((MessageOrBuilder) answer);
    if (step.has("keep")) {
      step.getAsJsonObject("keep")
          .asMap()
          .forEach((name, field) -> values.put(name, text(response, field.getAsString())));
    }
    if (step.has("hide")) {
      for (JsonElement field : step.getAsJsonArray("hide")) {
        if (response.has(field.getAsString())) {
          response.addProperty(field.getAsString(), "*");
        }
      }
    }
    JsonObject line = new JsonObject();
    line.add("response", response);
    return line;
  }

  private RegistryClient client(String name) {
    return clients.computeIfAbsent(name, this::dial);
  }

  private RegistryClient dial(String name) {
    JsonObject connection = connections.getAsJsonObject(name);
    if (connection == null) {
      throw new NotUnderstood("no connection " + name);
    }
    var builder = RegistryClient.builder().address(text(connection, "address"));
    if (connection.has("ca")) {
      TlsOptions tls = TlsOptions.system().withAuthorities(Path.of(text(connection, "ca")));
      if (connection.has("cert")) {
        tls =
            tls.withClientCertificate(
                Path.of(text(connection, "cert")), Path.of(text(connection, "key")));
      }
      builder.tls(tls);
    }
    return builder.build();
  }

  private static String text(JsonObject object, String name) {
    return object.has(name) ? object.get(name).getAsString() : "";
  }

  @Override
  public void close() {
    watches.values().forEach(watch -> watch.context.cancel(null));
    clients.values().forEach(RegistryClient::close);
    timer.shutdownNow();
  }
}

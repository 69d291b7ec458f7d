package dev.registryd.client.scenario;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Takes the steps of one scenario through the client, and prints a line for each. Arguments:
 * CONTEXT.json SCENARIO.json; tests/scenarios/README.md says what they hold and what is printed.
 */
public final class ScenarioCall {
  private static final int NOT_UNDERSTOOD = 2;

  private ScenarioCall() {}

  public static void main(String[] arguments) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    JsonObject script = read(arguments[1]);
    try (Steps steps = new Steps(read(arguments[0]))) {
      for (JsonElement element : script.getAsJsonArray("steps")) {
        JsonObject step = element.getAsJsonObject();
        JsonObject line = steps.take(step);
        line.add("step", step.get("name"));
        out.print(Lines.compact(line) + "\n");
      }
    } catch (NotUnderstood failure) {
      System.err.println(failure.getMessage());
      System.exit(NOT_UNDERSTOOD);
    }
  }

  private static JsonObject read(String path) throws IOException {
    return JsonParser.parseString(Files.readString(Path.of(path))).getAsJsonObject();
  }
}

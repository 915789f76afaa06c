package rope4j.lab.result;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.json.JsonReader;
import rope4j.checkpoint.json.JsonWriter;

/// Results as JSON lines: an object a line, in the order of measuring.
public final class ResultFile {

  private ResultFile() {}

  /// Reads all results; none when there is no file.
  ///
  /// @throws CheckpointException when a line is no result; the message names it
  public static List<Result> read(Path file) {
    if (!Files.exists(file)) {
      return List.of();
    }
    List<Result> results = new ArrayList<>();
    int number = 0;
    try {
      for (String line : Files.readString(file).lines().toList()) {
        number++;
        results.add(result(JsonReader.readObject(line.getBytes(StandardCharsets.UTF_8))));
      }
    } catch (IOException e) {
      throw new CheckpointException(
          file + ": the results can't be read (" + e.getMessage() + ")", e);
    } catch (CheckpointException | IllegalArgumentException e) {
      throw new CheckpointException(
          file + ": line " + number + " is no result (" + e.getMessage() + "); remove it", e);
    }
    return results;
  }

  /// Writes all results, whole or not at all: whoever kills the program finds the old file or the
  /// new one.
  ///
  /// @throws CheckpointException when the file can't be written
  public static void write(Path file, List<Result> results) {
    StringBuilder lines = new StringBuilder();
    results.forEach(result -> lines.append(JsonWriter.line(json(result))).append('\n'));
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try {
      try (FileChannel channel =
          FileChannel.open(
              part,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new CheckpointException(
          file + ": the results can't be written (" + e.getMessage() + ")", e);
    }
  }

  private static Map<String, Object> json(Result result) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("experiment", result.experiment());
    json.put("encoding", result.encoding());
    json.put("seed", result.seed());
    json.put("strategy", result.strategy());
    json.put("factor", result.factor());
    json.put("fineTuningSteps", result.fineTuningSteps());
    json.put("trainedLength", result.trainedLength());
    json.put("length", result.length());
    json.put("metric", result.metric().name().toLowerCase(Locale.ROOT));
    json.put("from", result.from());
    json.put("to", result.to());
    json.put("value", result.value());
    json.put("settings", result.settings());
    json.put("version", result.version());
    json.put("command", result.command());
    return json;
  }

  private static Result result(Map<String, @Nullable Object> json) {
    return new Result(
        text(json, "experiment"),
        text(json, "encoding"),
        number(json, "seed").longValue(),
        text(json, "strategy"),
        number(json, "factor").doubleValue(),
        number(json, "fineTuningSteps").intValue(),
        number(json, "trainedLength").intValue(),
        number(json, "length").intValue(),
        Result.Metric.valueOf(text(json, "metric").toUpperCase(Locale.ROOT)),
        number(json, "from").intValue(),
        number(json, "to").intValue(),
        number(json, "value").doubleValue(),
        text(json, "settings"),
        text(json, "version"),
        text(json, "command"));
  }

  private static String text(Map<String, @Nullable Object> json, String key) {
    if (json.get(key) instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException("it has no text \"" + key + "\"");
  }

  private static Number number(Map<String, @Nullable Object> json, String key) {
    if (json.get(key) instanceof Number number) {
      return number;
    }
    throw new IllegalArgumentException("it has no number \"" + key + "\"");
  }
}

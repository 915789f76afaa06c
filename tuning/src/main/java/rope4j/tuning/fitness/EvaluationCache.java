package rope4j.tuning.fitness;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.json.JsonReader;
import rope4j.checkpoint.json.JsonWriter;
import rope4j.diagnosis.probe.trial.Fingerprint;
import rope4j.inference.Model;

/// Every evaluation that was ever made of a model, on disk: a JSON object a line, each written in
/// one piece. The first says which model.
///
/// A process that is killed loses at most the evaluation it was at; half a line at the end is cut
/// off. One process at a time.
public final class EvaluationCache implements AutoCloseable {

  private static final String MODEL = "model";

  private final Path file;
  private final String model;
  private final FileChannel channel;
  private final Map<String, Measurement> known = new HashMap<>();

  private EvaluationCache(Path file, String model, FileChannel channel) {
    this.file = file;
    this.model = model;
    this.channel = channel;
  }

  /// Opens a file, or makes it.
  ///
  /// @throws CheckpointException when it can't be read and written, is no such file or another
  ///   model's, or another process has it
  public static EvaluationCache open(Path file, Model model) {
    return open(file, Fingerprint.ofModel(model.checkpoint().path()));
  }

  /// @param model what tells the model's files apart from others
  static EvaluationCache open(Path file, String model) {
    try {
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
      EvaluationCache cache = new EvaluationCache(file, model, channel);
      try {
        cache.load();
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
      return cache;
    } catch (IOException e) {
      throw new CheckpointException(
          file + ": evaluations can't be kept here (" + e.getMessage() + "); name another --out",
          e);
    }
  }

  private void load() throws IOException {
    boolean alone;
    try {
      alone = channel.tryLock() != null;
    } catch (OverlappingFileLockException _) {
      alone = false;
    }
    if (!alone) {
      throw new CheckpointException(
          file + ": another search uses this file; wait for it or name another --out");
    }
    byte[] bytes = Files.readAllBytes(file);
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] != '\n') {
      end--;
    }
    if (end == 0) {
      requireOurs(new String(bytes, StandardCharsets.UTF_8));
    } else {
      int number = 0;
      for (String line : new String(bytes, 0, end, StandardCharsets.UTF_8).split("\n", -1)) {
        number++;
        if (number == 1) {
          requireModel(line);
        } else if (!line.isBlank()) {
          read(line, number);
        }
      }
    }
    // Only now that all of it is known to be of this search.
    channel.truncate(end);
    channel.position(end);
    if (end == 0) {
      write(Map.of(MODEL, model));
    }
  }

  /// Nothing, or a first line that was not written to its end.
  private void requireOurs(String content) {
    if (!line(Map.of(MODEL, model)).startsWith(content)) {
      throw foreign();
    }
  }

  private void requireModel(String line) {
    Object other;
    try {
      other = JsonReader.readObject(line.getBytes(StandardCharsets.UTF_8)).get(MODEL);
    } catch (RuntimeException _) {
      throw foreign();
    }
    if (other == null) {
      throw foreign();
    }
    if (!other.equals(model)) {
      throw new CheckpointException(
          file
              + ": these are evaluations of another model, or of these files before they were changed;"
              + " name another --out, or delete the file to start the search anew");
    }
  }

  private CheckpointException foreign() {
    return new CheckpointException(
        file
            + ": this file holds something other than the evaluations of a search, so it stays as it"
            + " is; name another --out");
  }

  private void read(String line, int number) {
    try {
      Map<String, @Nullable Object> entry =
          JsonReader.readObject(line.getBytes(StandardCharsets.UTF_8));
      known.put(
          String.valueOf(entry.get("key")),
          new Measurement(
              numbers(entry.get("text")),
              numbers(entry.get("needles")),
              number(entry.get("damage"))));
    } catch (RuntimeException e) {
      throw new CheckpointException(
          file
              + ": line "
              + number
              + " is no evaluation; delete it, or the file to start the search anew",
          e);
    }
  }

  private static List<Double> numbers(@Nullable Object value) {
    if (value instanceof List<?> list) {
      return list.stream().map(EvaluationCache::number).toList();
    }
    throw new IllegalArgumentException("no list");
  }

  private static double number(@Nullable Object value) {
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    throw new IllegalArgumentException("no number");
  }

  /// Evaluations it holds.
  public int size() {
    return known.size();
  }

  /// What was measured; empty when nothing was.
  Optional<Measurement> get(String key) {
    return Optional.ofNullable(known.get(key));
  }

  /// Keeps an evaluation, at once and on disk.
  ///
  /// @param candidate for people who read the file
  void put(String key, String candidate, Measurement measured) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("key", key);
    entry.put("candidate", candidate);
    entry.put("text", measured.text());
    entry.put("needles", measured.needles());
    entry.put("damage", measured.damage());
    try {
      write(entry);
    } catch (IOException e) {
      throw new CheckpointException(
          file
              + ": an evaluation can't be kept ("
              + e.getMessage()
              + "); make room and start again",
          e);
    }
    known.put(key, measured);
  }

  private void write(Map<String, ?> entry) throws IOException {
    ByteBuffer line = ByteBuffer.wrap(line(entry).getBytes(StandardCharsets.UTF_8));
    while (line.hasRemaining()) {
      channel.write(line);
    }
  }

  private static String line(Map<String, ?> entry) {
    return JsonWriter.line(entry) + "\n";
  }

  /// What tells the model apart from others.
  String model() {
    return model;
  }

  /// The keys it holds.
  Set<String> keys() {
    return Collections.unmodifiableSet(known.keySet());
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new CheckpointException(file + ": evaluations can't be kept here", e);
    }
  }
}

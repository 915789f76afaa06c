package rope4j.diagnosis.probe.trial;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Results by key, so that a measurement which was stopped goes on where it ended.
///
/// A line holds a key, a tab, and numbers that are read back to the bit. Lines are only ever added;
/// a last line that was cut short is passed over.
public final class ResultStore implements AutoCloseable {

  private static final String END = "#";

  private final Map<String, double[]> results = new HashMap<>();
  private final @Nullable BufferedWriter writer;
  private int reused;

  private ResultStore(@Nullable BufferedWriter writer) {
    this.writer = writer;
  }

  /// Kept for as long as the program runs.
  public static ResultStore inMemory() {
    return new ResultStore(null);
  }

  /// Kept in a file, which is made where it does not exist.
  ///
  /// @throws IOException when it can't be read or written
  public static ResultStore in(Path file) throws IOException {
    Map<String, double[]> known = new HashMap<>();
    boolean torn = false;
    if (Files.exists(file)) {
      String content = Files.readString(file);
      torn = !content.isEmpty() && !content.endsWith("\n");
      content.lines().forEach(line -> read(line, known));
    }
    BufferedWriter writer =
        Files.newBufferedWriter(
            file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    if (torn) {
      writer.newLine();
    }
    ResultStore store = new ResultStore(writer);
    store.results.putAll(known);
    return store;
  }

  private static void read(String line, Map<String, double[]> known) {
    String[] parts = line.split("\t", -1);
    if (parts.length != 3 || !parts[2].equals(END)) {
      return;
    }
    try {
      known.put(
          parts[0],
          parts[1].isEmpty()
              ? new double[0]
              : Stream.of(parts[1].split(" ", -1)).mapToDouble(Double::parseDouble).toArray());
    } catch (NumberFormatException _) {
      // A line that is damaged is measured again.
    }
  }

  /// Results that were known before they were asked for.
  public int reused() {
    return reused;
  }

  boolean knows(String key) {
    return results.containsKey(key);
  }

  Optional<double[]> find(String key) {
    Optional<double[]> result = Optional.ofNullable(results.get(key)).map(double[]::clone);
    if (result.isPresent()) {
      reused++;
    }
    return result;
  }

  void put(String key, double[] values) {
    results.put(key, values.clone());
    if (writer == null) {
      return;
    }
    StringBuilder line = new StringBuilder(key).append('\t');
    for (int i = 0; i < values.length; i++) {
      line.append(i == 0 ? "" : " ").append(values[i]);
    }
    try {
      writer.append(line.append('\t').append(END).append('\n'));
      writer.flush();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "the results can't be written: "
              + e.getMessage()
              + "; free some space, or name another file with --results",
          e);
    }
  }

  @Override
  public void close() throws IOException {
    if (writer != null) {
      writer.close();
    }
  }
}

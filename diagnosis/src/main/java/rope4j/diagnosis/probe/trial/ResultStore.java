package rope4j.diagnosis.probe.trial;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Results by key, so that a measurement which was stopped goes on where it ended.
///
/// The first line says what the file is. Every other holds a key, a tab, and numbers that are read
/// back to the bit. Lines are only ever added; a last line that was cut short is passed over. A
/// file that begins otherwise is left as it is.
public final class ResultStore implements AutoCloseable {

  private static final String END = "#";

  private static final String NAME = "rope4j results ";

  /// With the version of the format; the first had no such line.
  private static final String HEADER = NAME + "2\n";

  /// A line as the first format had it: fingerprints of a model and a text, and a length.
  private static final Pattern FIRST_FORMAT =
      Pattern.compile("[0-9a-f]{16}/[0-9a-f]{16}/\\d+/[^\\t\\n]*\\t.*", Pattern.DOTALL);

  /// What tells one from the other.
  private static final int BEGINNING = 1024;

  private final Map<String, double[]> results = new HashMap<>();
  private final @Nullable BufferedWriter writer;
  private int reused;

  /// What stands in a file.
  public enum Content {
    /// Nothing yet, or no such file.
    NOTHING,
    /// Results that can be read.
    RESULTS,
    /// Results as another version of rope4j wrote them.
    OTHER_FORMAT,
    /// Something that is not ours.
    SOMETHING_ELSE
  }

  private ResultStore(@Nullable BufferedWriter writer) {
    this.writer = writer;
  }

  /// Kept for as long as the program runs.
  public static ResultStore inMemory() {
    return new ResultStore(null);
  }

  /// Tells what stands in a file by its beginning.
  ///
  /// @throws IOException when it can't be read
  public static Content content(Path file) throws IOException {
    if (!Files.exists(file)) {
      return Content.NOTHING;
    }
    String beginning;
    try (InputStream in = Files.newInputStream(file)) {
      beginning = new String(in.readNBytes(BEGINNING), StandardCharsets.UTF_8);
    }
    if (beginning.startsWith(HEADER)) {
      return Content.RESULTS;
    }
    // A header that was cut short has nothing behind it.
    if (HEADER.startsWith(beginning)) {
      return Content.NOTHING;
    }
    return beginning.startsWith(NAME) || FIRST_FORMAT.matcher(beginning).matches()
        ? Content.OTHER_FORMAT
        : Content.SOMETHING_ELSE;
  }

  /// Kept in a file, which is made where it does not exist.
  ///
  /// @throws IOException when it can't be read or written
  /// @throws IllegalArgumentException when something else stands in it
  public static ResultStore in(Path file) throws IOException {
    Content content = content(file);
    requireOwn(content, file);
    Map<String, double[]> known = new HashMap<>();
    boolean torn = false;
    if (content == Content.RESULTS) {
      String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
      torn = !text.endsWith("\n");
      text.lines().skip(1).forEach(line -> read(line, known));
    }
    BufferedWriter writer =
        Files.newBufferedWriter(
            file,
            StandardCharsets.UTF_8,
            StandardOpenOption.CREATE,
            content == Content.RESULTS
                ? StandardOpenOption.APPEND
                : StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    if (content == Content.NOTHING) {
      writer.append(HEADER);
      writer.flush();
    } else if (torn) {
      writer.newLine();
    }
    ResultStore store = new ResultStore(writer);
    store.results.putAll(known);
    return store;
  }

  private static void requireOwn(Content content, Path file) {
    if (content == Content.OTHER_FORMAT) {
      throw new IllegalArgumentException(
          file
              + " holds results of another version of rope, which can't be taken; delete it, or name"
              + " another file with --results");
    }
    if (content == Content.SOMETHING_ELSE) {
      throw new IllegalArgumentException(
          file
              + " holds something other than results and is left as it is; name another file with"
              + " --results");
    }
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

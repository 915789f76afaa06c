package rope4j.diagnosis.launch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// A launch of the files beside these tests.
///
/// @param text what the user wrote
/// @param expected the lines behind it
record LaunchCase(String text, List<String> expected) {

  static List<LaunchCase> of(String resource) {
    List<LaunchCase> cases = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    List<String> expected = new ArrayList<>();
    for (String line : lines(resource)) {
      if (line.startsWith("> ")) {
        text.append(line.substring(2)).append('\n');
      } else if (line.isBlank() && !text.isEmpty()) {
        cases.add(new LaunchCase(text.toString(), List.copyOf(expected)));
        text.setLength(0);
        expected.clear();
      } else if (!text.isEmpty()) {
        expected.add(line);
      }
    }
    return cases;
  }

  private static List<String> lines(String resource) {
    try (InputStream in = LaunchCase.class.getResourceAsStream("/launch/" + resource)) {
      return (new String(Objects.requireNonNull(in).readAllBytes(), UTF_8) + "\n\n")
          .lines()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return text.lines().findFirst().orElse("");
  }
}

package rope4j.diagnosis.text;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A command line as a real shell cuts it into words.
public record Words(List<String> words) {

  private static final Path SHELL = Path.of("/bin/sh");

  public static Words of(String commandLine) {
    assumeTrue(Files.isExecutable(SHELL), "there is no shell here");
    try {
      Process shell =
          new ProcessBuilder(SHELL.toString(), "-c", "printf '%s\\n' " + commandLine).start();
      String out = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Words(out.lines().toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Optional<String> after(String option) {
    int at = words.indexOf(option);
    return at < 0 ? Optional.empty() : Optional.of(words.get(at + 1));
  }
}

package rope4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Questions about paths.
final class Paths {

  private Paths() {}

  /// Whether two paths lead to one file, which need not exist yet.
  static boolean same(Path one, Path other) {
    if (one.toAbsolutePath().normalize().equals(other.toAbsolutePath().normalize())) {
      return true;
    }
    try {
      return Files.exists(one) && Files.exists(other) && Files.isSameFile(one, other);
    } catch (IOException _) {
      return false;
    }
  }
}

package rope4j.diagnosis.recipe;

/// Words of a command line.
final class Shell {

  private Shell() {}

  /// A word as a POSIX shell reads it back.
  static String quoted(String word) {
    return word.matches("[A-Za-z0-9_@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  /// A file name that is not taken for an option.
  static String file(String path) {
    return quoted(path.startsWith("-") ? "./" + path : path);
  }
}

package rope4j.diagnosis.text;

/// Words of a command line.
public final class Shell {

  private Shell() {}

  /// A word as a POSIX shell reads it back.
  public static String quoted(String word) {
    return word.matches("[A-Za-z0-9_@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  /// A file name that is not taken for an option.
  public static String file(String path) {
    return quoted(path.startsWith("-") ? "./" + path : path);
  }
}

package rope4j.cli;

/// What the launcher found out about the terminal; the JVM itself can't tell for each stream.
final class Terminal {

  private Terminal() {}

  /// Whether standard error is a terminal.
  static boolean errorIsTerminal() {
    return Boolean.getBoolean("rope.stderr.terminal");
  }

  /// Whether standard output shows colours: a terminal, and `NO_COLOR` is not set.
  static boolean outputHasColors() {
    return Boolean.getBoolean("rope.stdout.terminal") && System.getenv("NO_COLOR") == null;
  }
}

package rope4j.inference.source;

/// What a stranger wrote, fit for a message.
final class Shown {

  private static final int MOST = 100;

  private Shown() {}

  static String text(Object written) {
    String text = String.valueOf(written);
    return (text.length() > MOST ? text.substring(0, MOST - 1) + "…" : text)
        .replaceAll("\\p{Cntrl}", "?");
  }
}

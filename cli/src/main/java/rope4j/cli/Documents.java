package rope4j.cli;

import java.util.List;

/// How a text file falls into documents.
enum Documents {
  /// One document a line, or the whole file, by the look of it.
  AUTO,
  /// Every line that is not blank is a document.
  LINE,
  /// The file is one document.
  WHOLE;

  /// Characters from which a typical line is taken for a document. Hard-wrapped text has lines of
  /// 80.
  private static final int LONG_LINE = 300;

  List<String> split(String content) {
    return switch (this) {
      case WHOLE -> List.of(content);
      case LINE -> lines(content);
      case AUTO -> looksLikeLines(content) ? lines(content) : List.of(content);
    };
  }

  private static List<String> lines(String content) {
    return content.lines().filter(line -> !line.isBlank()).toList();
  }

  /// Long lines without blank ones between them: paragraphs of one text are set apart by blank
  /// lines.
  private static boolean looksLikeLines(String content) {
    List<String> lines = content.stripTrailing().lines().toList();
    if (lines.size() < 2 || lines.stream().anyMatch(String::isBlank)) {
      return false;
    }
    return lines.stream()
            .mapToInt(String::length)
            .sorted()
            .skip(lines.size() / 2)
            .findFirst()
            .orElse(0)
        >= LONG_LINE;
  }
}

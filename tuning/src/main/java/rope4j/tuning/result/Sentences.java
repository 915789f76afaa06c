package rope4j.tuning.result;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import rope4j.tuning.fitness.Objective;

/// A result in words.
final class Sentences {

  private Sentences() {}

  /// The verdict, then what to know about it.
  static List<String> of(Tuning tuning) {
    List<String> sentences = new ArrayList<>();
    Point recommended = tuning.recommended();
    Point closed = tuning.bestClosed();
    if (tuning.improved()) {
      sentences.add(
          format(
              "recommended: %s: it beats every closed form on held-out text by %.3f nats"
                  + " (at least %.3f), with no more damage to short text than YaRN (%.3f against %.3f).",
              recommended.candidate().name(),
              recommended.gain().mean(),
              recommended.gain().low(),
              recommended.damage(),
              tuning.yarn().damage()));
      beyondEngines(tuning).ifPresent(sentences::add);
      return sentences;
    }
    sentences.add(
        format(
            "recommended: %s. The search found nothing that beats it on held-out text beyond chance"
                + " without more damage to short text than YaRN's.",
            closed.candidate().name()));
    rejected(tuning).ifPresent(sentences::add);
    beyondEngines(tuning).ifPresent(sentences::add);
    return sentences;
  }

  /// Something better that costs too much.
  private static Optional<String> rejected(Tuning tuning) {
    return tuning.found().stream()
        .filter(point -> point.candidate().runnable())
        .filter(point -> point.beats() && point.damage() > tuning.yarn().damage())
        .min(Comparator.comparingDouble(point -> point.loss().mean()))
        .map(point ->
            format(
                "%s gains %.3f nats, but changes short text more than YaRN does (%.3f against %.3f).",
                point.candidate().name(),
                point.gain().mean(),
                point.damage(),
                tuning.yarn().damage()));
  }

  /// Something that is better than what is recommended, but that no engine runs.
  static Optional<String> beyondEngines(Tuning tuning) {
    return tuning.found().stream()
        .filter(point -> !point.candidate().runnable())
        .filter(point -> point.beats() && point.damage() <= tuning.yarn().damage())
        .filter(point -> point.loss().mean() < tuning.recommended().loss().mean())
        .min(Comparator.comparingDouble(point -> point.loss().mean()))
        .map(point ->
            format(
                "%s would gain %.3f nats, but no engine can leave the first tokens as they were"
                    + " trained.",
                point.candidate().name(), point.gain().mean()));
  }

  /// What the loss is of.
  static String measure(Objective objective) {
    return switch (objective) {
      case NLL -> "past training";
      case NEEDLE -> "needles";
      case BOTH -> "text and needles";
    };
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}

package rope4j.diagnosis;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import rope4j.diagnosis.rules.Finding;

/// What an examination comes to, in sentences.
///
/// @param headline one sentence: what to do
/// @param reasons sentences that say why
record Conclusion(String headline, List<String> reasons) {

  Conclusion {
    reasons = List.copyOf(reasons);
  }

  static Conclusion of(Examination examination) {
    List<String> reasons = new ArrayList<>();
    examination
        .best()
        .ifPresent(best -> {
          reasons.add(comparison(examination, best));
          shortText(examination, best).ifPresent(reasons::add);
        });
    examination.findings().stream()
        .filter(finding -> finding.id().equals(LossWithoutRetrieval.ID))
        .map(Finding::message)
        .filter(message ->
            examination
                .best()
                .filter(b -> message.startsWith(b.strategy().label() + ":"))
                .isPresent())
        .forEach(reasons::add);
    String others =
        examination.results().stream()
            .filter(r -> examination.recommended().filter(r.strategy().name()::equals).isEmpty())
            .map(r -> r.strategy().label() + " " + does(r.verdict(), examination))
            .collect(Collectors.joining("; "));
    if (!others.isEmpty()) {
      reasons.add(capital(others) + ".");
    }
    return new Conclusion(headline(examination), reasons);
  }

  private static String headline(Examination examination) {
    if (examination.results().isEmpty()) {
      return "No window was measured in the time there was: nothing can be said.";
    }
    String length = Numbers.count(examination.contextLength());
    return examination
        .best()
        .map(best ->
            "Run it "
                + how(best.strategy())
                + ": it "
                + does(best.verdict(), examination)
                + (best.verdict().level() == Verdict.Level.DEGRADES
                    ? ", but does not break up to " + length + "."
                    : "."))
        .orElse(
            "No strategy measured is fit for "
                + length
                + " tokens: stay within "
                + Numbers.count(examination.description().trainedLength())
                + ".");
  }

  private static String how(Strategy strategy) {
    return switch (strategy.name()) {
      case "unscaled", "file" -> strategy.label();
      default -> "with " + strategy.label();
    };
  }

  private static String does(Verdict verdict, Examination examination) {
    return switch (verdict.level()) {
      case HOLDS -> "holds up to " + Numbers.count(examination.contextLength());
      case DEGRADES -> "degrades from " + Numbers.count(verdict.from().orElseThrow());
      case BREAKS -> "breaks at " + Numbers.count(verdict.from().orElseThrow());
    };
  }

  /// Whether the added context is worth having.
  static String comparison(Examination examination, StrategyResult best) {
    Bucket added = best.added();
    Interval benefit = added.benefit();
    String window =
        "a window of "
            + Numbers.count(examination.description().trainedLength())
            + " tokens under the original rotation";
    boolean estimated = benefit.estimated();
    String meaning;
    if (estimated && benefit.low() > 0) {
      meaning = "the longer context helps";
    } else if (estimated && benefit.high() < 0) {
      meaning = window + " predicts them better";
    } else {
      meaning = "no measurable difference from " + window;
    }
    return "A token past the trained length costs "
        + Numbers.nats(added.nll().mean())
        + " nats, against "
        + Numbers.nats(added.control().mean())
        + " for the control: "
        + meaning
        + ".";
  }

  /// What it does to short texts, and whether it was preferred for that; empty where nothing.
  static Optional<String> shortText(Examination examination, StrategyResult best) {
    List<String> sentences = new ArrayList<>();
    ShortDamage damage = best.shortDamage();
    if (damage.meanKl() > 0) {
      sentences.add(
          String.format(
              Locale.ROOT,
              "On texts of up to %s tokens it changes what the model says by %.3f nats (mean KL); the"
                  + " most likely token stays in %.1f %%.",
              Numbers.count(examination.description().trainedLength()),
              damage.meanKl(),
              100 * damage.topAgreement()));
    }
    Recommendation.passedOver(best, examination.results())
        .map(other ->
            String.format(
                Locale.ROOT,
                "%s can't be told from it past the trained length (%s nats) and changes short texts"
                    + " more (%.3f).",
                other.strategy().label(),
                Numbers.nats(other.added().nll().mean()),
                other.shortDamage().meanKl()))
        .ifPresent(sentences::add);
    return sentences.isEmpty() ? Optional.empty() : Optional.of(String.join(" ", sentences));
  }

  private static String capital(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }
}

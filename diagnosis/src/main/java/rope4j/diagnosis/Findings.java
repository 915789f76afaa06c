package rope4j.diagnosis;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import rope4j.checkpoint.model.GgufCheckpoint;
import rope4j.diagnosis.inspection.Inspection;
import rope4j.diagnosis.inspection.LayerForecast;
import rope4j.diagnosis.rules.Finding;
import rope4j.diagnosis.rules.Finding.Severity;
import rope4j.inference.Model;
import rope4j.rotation.RopeParameters;

/// What the measurement and the file together tell beyond the verdicts.
final class Findings {

  private static final int FEW_TOKENS = 512;
  private static final double DAMAGE = 0.05;

  private Findings() {}

  static List<Finding> of(
      Inspection inspection,
      Model model,
      int contextLength,
      int windows,
      int windowsLeft,
      Criteria criteria,
      List<StrategyResult> results,
      Optional<StrategyResult> best) {
    List<Finding> findings = new ArrayList<>();
    inspection.findings().stream()
        .filter(finding -> finding.severity() != Severity.NOTE)
        .forEach(findings::add);
    partialTurns(inspection, model, contextLength).ifPresent(findings::add);
    if (Strategy.fileHasScaling(model)) {
      findings.add(
          new Finding(
              "file-scaling",
              Severity.NOTE,
              "The file asks for a scaling of its own; the control and the short-text damage compare with that scaling"
                  + " switched off, which is the trained rotation only if the model was not tuned with it.",
              model.checkpoint() instanceof GgufCheckpoint
                  ? model.description().architecture() + ".rope.scaling.* is set"
                  : "config.json has a rope scaling",
              "compare the strategy 'file' with 'unscaled' below the trained length"));
    }
    if (windowsLeft > 0) {
      findings.add(
          new Finding(
              "partial",
              Severity.WARNING,
              "The time ended before all of the text was measured.",
              "windows measured = " + windows + " of " + (windows + windowsLeft),
              "give more time, or run it again: with the same report it goes on where it ended"));
    }
    if (windows == 0) {
      return findings;
    }
    long added = (long) windows * (contextLength - 1 - model.description().trainedLength());
    boolean few = windows < Blocks.ENOUGH_WINDOWS;
    if (few || added < FEW_TOKENS) {
      findings.add(
          new Finding(
              "little-text",
              Severity.WARNING,
              "The text fills only "
                  + windows
                  + (windows == 1 ? " window" : " windows")
                  + (few
                      ? ": the intervals say how sure its own means are, not how another text would"
                          + " do."
                      : ", so the intervals are wide and a verdict may change with another text."),
              "windows = " + windows + ", predictions past the trained length = " + added,
              "give a text of at least "
                  + Blocks.ENOUGH_WINDOWS * (long) contextLength
                  + " tokens"));
    }
    for (StrategyResult result : results) {
      criteria.undecided(result.buckets()).ifPresent(at -> findings.add(undecided(result, at)));
    }
    best.filter(result -> result.shortDamage().meanKl() > DAMAGE)
        .ifPresent(result -> findings.add(shortTextDamage(result)));
    if (best.isEmpty()) {
      findings.add(
          new Finding(
              "all-break",
              Severity.ERROR,
              "No strategy measured can be used at this length.",
              "strategies measured = " + results.size(),
              "stay within "
                  + model.description().trainedLength()
                  + " tokens, or try a smaller --context"));
    }
    return findings;
  }

  /// A strategy that may be worse than its verdict.
  private static Finding undecided(StrategyResult result, Bucket bucket) {
    return new Finding(
        "undecided",
        Severity.WARNING,
        result.strategy().label()
            + ": from "
            + bucket.from()
            + " on its loss may be worse than the verdict says; the text is too small or too mixed to"
            + " tell.",
        String.format(
            Locale.ROOT,
            "%d–%d: %.2f ± %.2f nats above the control",
            bucket.from(),
            bucket.to(),
            -bucket.benefit().mean(),
            bucket.benefit().halfWidth()),
        "give more text of the same kind");
  }

  private static Finding shortTextDamage(StrategyResult result) {
    return new Finding(
        "short-text-damage",
        Severity.WARNING,
        result.strategy().label()
            + " also changes what the model says about texts that need no extension.",
        String.format(
            Locale.ROOT,
            "mean KL = %.3f nats, same most likely token = %.1f %%",
            result.shortDamage().meanKl(),
            100 * result.shortDamage().topAgreement()),
        "use the smallest factor that covers your texts, or serve short texts without it");
  }

  /// Pairs that never completed a turn in training meet angles the model has never seen.
  private static Optional<Finding> partialTurns(
      Inspection inspection, Model model, int contextLength) {
    RopeParameters original = Strategy.originalRotation(model, contextLength);
    double[] inverse = original.frequencies(contextLength).inverse();
    int partial = 0;
    for (double frequency : inverse) {
      if (frequency * model.description().trainedLength() < 2 * Math.PI) {
        partial++;
      }
    }
    if (partial == 0) {
      return Optional.empty();
    }
    int reach =
        inspection.rotation().layers().stream()
            .mapToInt(LayerForecast::reach)
            .max()
            .orElse(Math.min(contextLength, model.attentionWindow().orElse(contextLength)));
    return Optional.of(
        new Finding(
            "unseen-angles",
            Severity.NOTE,
            String.format(
                    Locale.ROOT,
                    "%d of %d pairs made less than one turn in %d tokens of training: ",
                    partial,
                    inverse.length,
                    model.description().trainedLength())
                + (reach > model.description().trainedLength()
                    ? "unscaled, they meet angles the model has never seen."
                    : "but no layer looks back farther than "
                        + reach
                        + ", so that unscaled they meet no new angle."),
            "base = "
                + Strategy.trim(original.base())
                + ", rotary dimension = "
                + original.rotaryDimension(),
            ""));
  }
}

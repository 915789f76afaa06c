package rope4j.diagnosis;

import java.util.List;
import rope4j.diagnosis.probe.check.SelfCheck;
import rope4j.diagnosis.probe.check.SelfCheckProbe;
import rope4j.diagnosis.probe.trial.Candidate;
import rope4j.diagnosis.probe.trial.Fingerprint;
import rope4j.diagnosis.probe.trial.Limit;
import rope4j.diagnosis.probe.trial.ResultStore;
import rope4j.diagnosis.probe.trial.Trials;
import rope4j.inference.Model;

/// Whether the engine agrees with itself on a model: no text is needed, because what must hold
/// holds for any tokens.
///
/// @param rotation how the model was rotated, for people
/// @param contextLength that the rotation was made for
/// @param seed that the tokens were drawn with
/// @param partial whether the time ended before all was checked
/// @param selfChecks what was checked
public record EngineCheck(
    String rotation, int contextLength, long seed, boolean partial, List<SelfCheck> selfChecks) {

  public EngineCheck {
    selfChecks = List.copyOf(selfChecks);
  }

  /// Feeds made-up tokens and checks what must be equal.
  ///
  /// @param contextLength that the strategy is applied for
  /// @param seed the same seed draws the same tokens
  /// @param store results that are known already are taken from it, new ones are put into it
  /// @param limit ends it early
  public static EngineCheck run(
      Model model,
      Strategy strategy,
      int contextLength,
      long seed,
      ResultStore store,
      Limit limit,
      Progress progress) {
    Candidate candidate =
        new Candidate(
            strategy.name(),
            strategy.label(),
            strategy.rotation(model, contextLength),
            contextLength,
            model.rotation(strategy.flags(), contextLength));
    // The probe's own cost is not known before it has its tokens.
    long[] total = {0};
    String owner =
        Fingerprint.ofModel(model.checkpoint().path())
            + "/made-up/"
            + contextLength
            + (model.attentionWindow().isPresent()
                ? "/window" + model.attentionWindow().getAsInt()
                : "");
    Trials trials =
        new Trials(
            model,
            store,
            limit,
            (stage, done) -> progress.report(stage, done, total[0]),
            owner,
            seed);
    int[] tokens =
        trials
            .random("self-check/tokens")
            .ints(SelfCheckProbe.MOST_TOKENS, 0, model.vocabularySize())
            .toArray();
    SelfCheckProbe probe = new SelfCheckProbe(trials, candidate, tokens);
    total[0] = probe.cost();
    List<SelfCheck> checks = probe.run();
    return new EngineCheck(
        strategy.label(), contextLength, seed, checks.size() < SelfCheckProbe.CHECKS, checks);
  }

  /// Whether every check that was made is passed.
  public boolean sound() {
    return selfChecks.stream().allMatch(SelfCheck::passed);
  }
}

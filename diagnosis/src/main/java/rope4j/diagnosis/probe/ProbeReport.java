package rope4j.diagnosis.probe;

import java.util.List;
import java.util.Optional;
import rope4j.diagnosis.probe.benefit.KeyTokens;
import rope4j.diagnosis.probe.check.SelfCheck;
import rope4j.diagnosis.probe.coherence.CoherenceResult;
import rope4j.diagnosis.probe.copy.CopyResult;
import rope4j.diagnosis.probe.pairs.PairResult;
import rope4j.diagnosis.probe.retrieval.EffectiveLength;
import rope4j.diagnosis.probe.retrieval.RetrievalResult;

/// What the probes found, with everything that is needed to repeat them.
///
/// @param partial whether the time ended before all was measured
/// @param seed of everything drawn at random
/// @param questions per length and strategy in each task
/// @param modelHash fingerprint of the model file
/// @param textHash fingerprint of the text's windows
/// @param asked probes asked for, in the order taken
/// @param costs what each takes, told before it ran
/// @param leftOut probes that there was no time for, and how many tokens they would have taken
/// @param computedTokens tokens computed for all of it; stored results are not computed again
/// @param reusedResults stored results that were taken
/// @param retrieval passkey, recall, key-value, needle and indexing, as far as asked for
/// @param ruler RULER's tasks
/// @param effectiveLengths read from RULER's tasks
/// @param keyTokens which tokens need the long context
/// @param copy whether random tokens are copied from far back, and by which heads
/// @param coherence what is written past the trained length
/// @param pairs which pairs the result hangs on
/// @param selfChecks whether the engine agrees with itself
public record ProbeReport(
    boolean partial,
    long seed,
    int questions,
    String modelHash,
    String textHash,
    List<String> asked,
    List<Cost> costs,
    List<Cost> leftOut,
    long computedTokens,
    int reusedResults,
    List<RetrievalResult> retrieval,
    List<RetrievalResult> ruler,
    List<EffectiveLength> effectiveLengths,
    List<KeyTokens> keyTokens,
    Optional<CopyResult> copy,
    Optional<CoherenceResult> coherence,
    Optional<PairResult> pairs,
    List<SelfCheck> selfChecks) {

  public ProbeReport {
    asked = List.copyOf(asked);
    costs = List.copyOf(costs);
    leftOut = List.copyOf(leftOut);
    retrieval = List.copyOf(retrieval);
    ruler = List.copyOf(ruler);
    effectiveLengths = List.copyOf(effectiveLengths);
    keyTokens = List.copyOf(keyTokens);
    selfChecks = List.copyOf(selfChecks);
  }

  /// @param probe its name
  /// @param tokens tokens it takes, at most
  public record Cost(String probe, long tokens) {}

  /// Whether every check of the engine that was made is passed.
  public boolean sound() {
    return selfChecks.stream().allMatch(SelfCheck::passed);
  }
}

package rope4j.diagnosis.probe;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import rope4j.diagnosis.probe.ProbeReport.Cost;
import rope4j.diagnosis.probe.benefit.KeyTokens;
import rope4j.diagnosis.probe.check.SelfCheck;
import rope4j.diagnosis.probe.check.SelfCheckProbe;
import rope4j.diagnosis.probe.coherence.CoherenceProbe;
import rope4j.diagnosis.probe.coherence.CoherenceResult;
import rope4j.diagnosis.probe.copy.CopyProbe;
import rope4j.diagnosis.probe.copy.CopyResult;
import rope4j.diagnosis.probe.pairs.PairProbe;
import rope4j.diagnosis.probe.pairs.PairResult;
import rope4j.diagnosis.probe.retrieval.Retrieval;
import rope4j.diagnosis.probe.retrieval.RetrievalResult;
import rope4j.diagnosis.probe.trial.Candidate;
import rope4j.diagnosis.probe.trial.ResultStore;
import rope4j.diagnosis.probe.trial.StoppedException;
import rope4j.diagnosis.probe.trial.Trials;

/// Runs the probes of a plan in their order until all are done or the time is up.
public final class Probes {

  private final Trials trials;
  private final ProbePlan plan;
  private final Candidate original;
  private final List<Candidate> candidates;
  private final List<int[]> windows;
  private final int contextLength;
  private final Retrieval retrieval;

  private boolean complete = true;
  private final List<Cost> leftOut = new ArrayList<>();
  private final List<RetrievalResult> retrieved = new ArrayList<>();
  private List<RetrievalResult> ruler = List.of();
  private Optional<CopyResult> copy = Optional.empty();
  private Optional<CoherenceResult> coherence = Optional.empty();
  private Optional<PairResult> pairs = Optional.empty();
  private List<SelfCheck> checks = List.of();

  /// @param original the rotation the model was trained with
  /// @param candidates strategies to probe
  /// @param windows the text, each as long as the context
  public Probes(
      Trials trials,
      ProbePlan plan,
      Candidate original,
      List<Candidate> candidates,
      List<int[]> windows,
      int contextLength) {
    this.trials = trials;
    this.plan = plan;
    this.original = original;
    this.candidates = List.copyOf(candidates);
    this.windows = List.copyOf(windows);
    this.contextLength = contextLength;
    retrieval =
        new Retrieval(trials, original, candidates, windows, contextLength, plan.questions());
  }

  /// What every probe of the plan takes beyond the main job.
  public List<Cost> costs() {
    return plan.kinds().stream().map(kind -> new Cost(kind.label(), cost(kind))).toList();
  }

  private long cost(ProbeKind kind) {
    return switch (kind) {
      case NLL, DAMAGE, BENEFIT -> 0;
      case PASSKEY, RECALL, KEY_VALUE, NEEDLE, INDEXING -> retrieval.cost();
      case RULER -> retrieval.rulerCost();
      case COPY -> copyProbe().cost();
      case COHERENCE -> coherenceProbe().cost();
      case PAIRS -> pairProbe().cost();
      case SELF_CHECK -> selfCheck().cost();
    };
  }

  /// Runs them, as far as there is time.
  public void measure() {
    long planned = trials.done();
    for (ProbeKind kind : plan.kinds()) {
      long cost = cost(kind);
      if (cost == 0) {
        // It is read off the main job.
        continue;
      }
      try {
        trials.check();
        complete &= probe(kind);
        planned += cost;
        trials.advanceTo(planned);
      } catch (StoppedException _) {
        leftOut.add(new Cost(kind.label(), cost));
        complete = false;
      }
    }
  }

  /// What was found.
  ///
  /// @param keyTokens read off the main job
  /// @param partial whether the main job was cut short
  /// @param store where stored results were taken from
  public ProbeReport report(
      List<KeyTokens> keyTokens,
      String modelHash,
      String textHash,
      boolean partial,
      ResultStore store) {
    return new ProbeReport(
        partial || !complete,
        plan.seed(),
        plan.questions(),
        modelHash,
        textHash,
        plan.kinds().stream().map(ProbeKind::label).toList(),
        costs(),
        leftOut,
        trials.computed(),
        store.reused(),
        retrieved,
        ruler,
        Retrieval.effectiveLengths(ruler),
        plan.kinds().contains(ProbeKind.BENEFIT) ? keyTokens : List.of(),
        copy,
        coherence,
        pairs,
        checks);
  }

  /// @return whether it is complete
  private boolean probe(ProbeKind kind) {
    return switch (kind) {
      case NLL, DAMAGE, BENEFIT -> true;
      case PASSKEY -> keep(retrieval.passkey());
      case RECALL -> keep(retrieval.recall());
      case KEY_VALUE -> keep(retrieval.keyValue());
      case NEEDLE -> keep(retrieval.needle());
      case INDEXING -> keep(retrieval.indexing());
      case RULER -> {
        ruler = retrieval.ruler();
        trials.check();
        yield ruler.stream().allMatch(RetrievalResult::complete);
      }
      case COPY -> {
        copy = Optional.of(copyProbe().run());
        yield copy.get().complete();
      }
      case COHERENCE -> {
        coherence = coherenceProbe().run();
        yield coherence.orElseThrow(Probes::stopped).complete();
      }
      case PAIRS -> {
        pairs = pairProbe().run();
        yield pairs.orElseThrow(Probes::stopped).complete();
      }
      case SELF_CHECK -> {
        checks = selfCheck().run();
        yield checks.size() == SelfCheckProbe.CHECKS;
      }
    };
  }

  private static StoppedException stopped() {
    return new StoppedException();
  }

  private boolean keep(RetrievalResult result) {
    retrieved.add(result);
    return result.complete();
  }

  private CopyProbe copyProbe() {
    return new CopyProbe(trials, original, candidates, windows, contextLength, plan.questions());
  }

  private CoherenceProbe coherenceProbe() {
    return new CoherenceProbe(trials, original, candidates, windows, contextLength);
  }

  private PairProbe pairProbe() {
    return new PairProbe(trials, original, candidates, windows, contextLength);
  }

  private SelfCheckProbe selfCheck() {
    Candidate last =
        Stream.concat(Stream.of(original), candidates.stream()).reduce((_, b) -> b).orElseThrow();
    return new SelfCheckProbe(trials, last, windows.getFirst());
  }
}

package rope4j.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rope4j.diagnosis.probe.ProbeKind;
import rope4j.diagnosis.probe.ProbePlan;
import rope4j.diagnosis.probe.ProbeReport;
import rope4j.diagnosis.probe.check.SelfCheck;
import rope4j.diagnosis.probe.coherence.Coherence;
import rope4j.diagnosis.probe.pairs.PairResult;
import rope4j.diagnosis.probe.retrieval.RetrievalResult;
import rope4j.diagnosis.probe.trial.Limit;
import rope4j.diagnosis.probe.trial.ResultStore;
import rope4j.inference.Model;

/// Probes on random models: nothing can be remembered, and everything must repeat.
class ProbedDoctorTest {

  private static final int CONTEXT = 160;

  private static Examination examine(
      String name, List<String> probes, ResultStore store, Limit limit) {
    return examine(name, probes, store, limit, 2, Progress.NONE);
  }

  private static Examination examine(
      String name,
      List<String> probes,
      ResultStore store,
      Limit limit,
      int windows,
      Progress progress) {
    try (Model model = Model.load(Zoo.path(name), 1)) {
      List<Strategy> strategies =
          List.of(Strategy.unscaled(), Strategy.parse("yarn", model, CONTEXT));
      return new Doctor(model, CONTEXT, strategies, Criteria.DEFAULT)
          .examine(
              "zoo.gguf",
              "random",
              Windows.of(Zoo.tokens(windows * CONTEXT), CONTEXT),
              new ProbePlan(ProbeKind.parse(probes), 1, 2),
              store,
              limit,
              progress);
    }
  }

  private static ProbeReport probe(String name, String... probes) {
    return examine(name, List.of(probes), ResultStore.inMemory(), Limit.NONE)
        .probes()
        .orElseThrow();
  }

  /// Reached when it has been asked so often.
  private static Limit after(int questions) {
    AtomicInteger asked = new AtomicInteger();
    return () -> asked.incrementAndGet() > questions;
  }

  @Test
  void aModelThatKnowsNothingIsSaidNotToFollow() {
    RetrievalResult recall = probe("llama-gqa", "recall").retrieval().getFirst();
    assertThat(recall.applies()).isFalse();
    assertThat(recall.reason()).contains("it can't follow this task");
    assertThat(recall.scores()).isEmpty();
  }

  @Test
  void aQuestionLongerThanTheTrainedLengthDoesNotApply() {
    RetrievalResult passkey = probe("llama-gqa", "passkey").retrieval().getFirst();
    assertThat(passkey.applies()).isFalse();
    assertThat(passkey.reason()).contains("more than 64, the trained length");
  }

  @Test
  void theSameSeedGivesTheSameNumbers() {
    String[] probes = {"recall", "pairs", "benefit"};
    assertThat(probe("llama-gqa", probes)).isEqualTo(probe("llama-gqa", probes));
  }

  /// Single tokens go through kernels that add lanes in an order the JVM chooses, so that the last
  /// digits differ before and after it compiles them.
  @Test
  void theSameSeedWritesTheSameTextToRounding() {
    Coherence once = probe("llama-gqa", "coherence").coherence().orElseThrow().reference().signs();
    Coherence again = probe("llama-gqa", "coherence").coherence().orElseThrow().reference().signs();
    assertThat(again.distinct1()).isEqualTo(once.distinct1());
    assertThat(again.entropy()).isCloseTo(once.entropy(), within(1e-5));
  }

  @Test
  void anEarlyEndLeavesAPartialReportAndGoingOnRepeatsNothing() {
    List<String> probes = List.of("coherence", "pairs", "self-check");
    ResultStore store = ResultStore.inMemory();
    Examination first = examine("llama-gqa", probes, store, after(60));
    assertThat(first.partial()).isTrue();
    ProbeReport cut = first.probes().orElseThrow();
    assertThat(cut.partial()).isTrue();
    assertThat(cut.leftOut()).extracting(ProbeReport.Cost::probe).contains("self-check");

    ProbeReport rest = examine("llama-gqa", probes, store, Limit.NONE).probes().orElseThrow();
    ProbeReport whole = probe("llama-gqa", "coherence", "pairs", "self-check");
    assertThat(rest.partial()).isFalse();
    assertThat(rest.coherence().orElseThrow().complete()).isTrue();
    assertThat(rest.pairs()).isEqualTo(whole.pairs());
    assertThat(rest.computedTokens()).isLessThan(whole.computedTokens());

    ProbeReport again = examine("llama-gqa", probes, store, Limit.NONE).probes().orElseThrow();
    assertThat(again.computedTokens()).isZero();
    assertThat(again.pairs()).isEqualTo(whole.pairs());
  }

  @Test
  void theLastOfManyWindowsComeAfterTheProbes() {
    AtomicBoolean probed = new AtomicBoolean();
    AtomicBoolean over = new AtomicBoolean();
    Progress progress =
        (stage, _, _) -> {
          probed.compareAndSet(false, stage.equals("pairs"));
          over.compareAndSet(false, probed.get() && stage.equals("control"));
        };
    Examination examination =
        examine("llama-gqa", List.of("pairs"), ResultStore.inMemory(), over::get, 12, progress);
    assertThat(examination.windows()).isEqualTo(8);
    assertThat(examination.partial()).isTrue();
    ProbeReport report = examination.probes().orElseThrow();
    assertThat(report.pairs().orElseThrow().complete()).isTrue();
    assertThat(report.leftOut()).isEmpty();
  }

  @Test
  void anEndBeforeTheFirstWindowSaysThatNothingIsKnown() {
    Examination examination =
        examine("llama-gqa", List.of("pairs"), ResultStore.inMemory(), () -> true);
    assertThat(examination.results()).isEmpty();
    assertThat(examination.recommended()).isEmpty();
    assertThat(TerminalReport.render(examination, false))
        .contains("No window was measured in the time there was");
    assertThat(HtmlReport.render(examination)).contains("nothing can be said");
  }

  @Test
  void everyPairIsRevertedAndTheOrdersAreCompared() {
    PairResult pairs = probe("llama-gqa", "pairs").pairs().orElseThrow();
    assertThat(pairs.complete()).isTrue();
    assertThat(pairs.strategy()).isEqualTo("YaRN with betas 4 and 1");
    assertThat(pairs.pairs())
        .allSatisfy(pair -> {
          assertThat(pair.normShare()).isBetween(0.0, 1.0);
          assertThat(pair.lossOfReverting()).isPresent();
        });
    assertThat(pairs.pairs().stream().filter(pair -> pair.shiftRadians() == 0))
        .as("a pair that was not moved costs nothing to revert")
        .allSatisfy(pair -> assertThat(pair.lossOfReverting()).contains(0.0));
    assertThat(pairs.correlations()).isPresent();
    assertThat(pairs.strategies())
        .allSatisfy(strategy ->
            assertThat(strategy.spread())
                .allSatisfy(spread -> assertThat(spread.entropy()).isBetween(0.0, 1.000001)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama-gqa", "qwen3", "gemma3", "phi2", "deepseek2-v3", "gpt-oss"})
  void theEngineAgreesWithItself(String name) {
    ProbeReport report = probe(name, "self-check");
    assertThat(report.selfChecks()).allMatch(SelfCheck::passed);
    assertThat(report.partial()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"qwen3", "gemma3", "phi2", "deepseek2-v3"})
  void pairsAreReadInEveryLayout(String name) {
    PairResult pairs = probe(name, "pairs").pairs().orElseThrow();
    double most = pairs.pairs().stream().mapToDouble(pair -> pair.normShare()).max().orElseThrow();
    assertThat(most).isBetween(1e-6, 1.0);
  }

  @Test
  void thePagesShowWhatWasProbed() {
    Examination examination =
        examine("llama-gqa", List.of("all"), ResultStore.inMemory(), Limit.NONE);
    assertThat(TerminalReport.render(examination, false).lines())
        .anyMatch(line -> line.contains("does not apply"))
        .filteredOn(line -> !line.contains("llama-server -m"))
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(100));
    assertThat(HtmlReport.render(examination))
        .contains("Why: pair by pair", "Attention by position", "What it writes");
  }
}

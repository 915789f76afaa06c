package rope4j.tuning.fitness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rope4j.checkpoint.LlamaCppRope;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.RopeScalingType;
import rope4j.checkpoint.model.GgufCheckpoint;
import rope4j.diagnosis.Blocks;
import rope4j.inference.Model;
import rope4j.rotation.NtkByParts;
import rope4j.rotation.Unscaled;
import rope4j.rotation.Yarn;
import rope4j.tuning.space.Candidate;
import rope4j.tuning.space.Target;

class PrefillEvaluatorTest {

  private static final int CONTEXT = 256;

  private final Window window = Window.of(new Random(3).ints(CONTEXT, 3, 288).toArray(), 64);

  @TempDir private Path folder;

  @Test
  void theLossIsWhatTheEngineSaysUnderTheSameFlags() {
    try (Model model = model(2)) {
      Measurement measured = evaluator(model, "a.jsonl").measure(candidate(model, true), window);
      RopeOverrides flags =
          RopeOverrides.NONE
              .withScalingType(RopeScalingType.YARN)
              .withScale(4)
              .withYarnOriginalContext(64);
      double[] nll = model.scorer().score(window.tokens(), model.rotation(flags, CONTEXT));
      double expected = Arrays.stream(Blocks.means(nll, 64, CONTEXT - 1)).average().orElseThrow();
      assertThat(Measurement.loss(java.util.List.of(measured), Objective.NLL))
          .isCloseTo(expected, within(1e-4));
    }
  }

  @Test
  void anotherNumberOfThreadsGivesTheSameBits() {
    Measurement one;
    Measurement three;
    try (Model model = model(1)) {
      one = evaluator(model, "a.jsonl").measure(candidate(model, false), window);
    }
    try (Model model = model(3)) {
      three = evaluator(model, "b.jsonl").measure(candidate(model, false), window);
    }
    assertThat(three).isEqualTo(one);
  }

  @Test
  void theOriginalRotationDoesNoDamage() {
    try (Model model = model(2)) {
      Candidate unscaled = Candidate.of("unscaled", new Unscaled(), target(model));
      PrefillEvaluator evaluator = evaluator(model, "a.jsonl");
      assertThat(evaluator.measure(unscaled, window).damage()).isLessThan(1e-9);
      assertThat(evaluator.measure(candidate(model, true), window).damage()).isGreaterThan(1e-6);
    }
  }

  @Test
  void whatIsKnownIsNotRunAgain() {
    try (Model model = model(2)) {
      Measurement first;
      try (EvaluationCache cache = EvaluationCache.open(folder.resolve("a.jsonl"))) {
        first = evaluator(model, cache).measure(candidate(model, true), window);
      }
      try (EvaluationCache cache = EvaluationCache.open(folder.resolve("a.jsonl"))) {
        PrefillEvaluator again = evaluator(model, cache);
        assertThat(again.measure(candidate(model, true), window)).isEqualTo(first);
        assertThat(again.prefills()).isZero();
        var _ = again.measure(candidate(model, false), window);
        assertThat(again.prefills()).isEqualTo(1);
      }
    }
  }

  private PrefillEvaluator evaluator(Model model, String file) {
    return evaluator(model, EvaluationCache.open(folder.resolve(file)));
  }

  private static PrefillEvaluator evaluator(Model model, EvaluationCache cache) {
    GgufCheckpoint checkpoint = (GgufCheckpoint) model.checkpoint();
    return new PrefillEvaluator(
        model,
        new Rotations(model, checkpoint.file(), CONTEXT),
        cache,
        ModelFingerprint.of(checkpoint.path()),
        1);
  }

  private static Target target(Model model) {
    return new Target(
        LlamaCppRope.layers(model.description(), RopeOverrides.NONE, CONTEXT)
            .getFirst()
            .parameters(),
        CONTEXT);
  }

  private static Candidate candidate(Model model, boolean yarn) {
    return Candidate.of("candidate", yarn ? new Yarn(4, 64) : new NtkByParts(4, 64), target(model));
  }

  private static Model model(int threads) {
    return Model.load(
        Path.of("../inference/src/test/resources/parity/zoo/models/llama-gqa.gguf"), threads);
  }
}

package rope4j.tuning.fitness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rope4j.checkpoint.LlamaCppRope;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.RopeScalingType;
import rope4j.diagnosis.Blocks;
import rope4j.diagnosis.Divergence;
import rope4j.inference.LogitsObserver;
import rope4j.inference.Model;
import rope4j.inference.ModelRotation;
import rope4j.rotation.Linear;
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
      assertThat(Measurement.loss(List.of(measured), Objective.NLL))
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
  void theDamageIsTheMeanDivergenceOfThePredictionsOfShortText() {
    try (Model model = model(2)) {
      Candidate candidate = candidate(model, true);
      Measurement measured = evaluator(model, "a.jsonl").measure(candidate, window);
      Rotations rotations = new Rotations(model, CONTEXT);
      List<float[]> before = logits(model, rotations.original());
      List<float[]> after = logits(model, rotations.of(candidate));
      double sum = 0;
      for (int position = 1; position < 64; position++) {
        sum += Divergence.nats(before.get(position), after.get(position));
      }
      assertThat(measured.damage()).isCloseTo(sum / 63, within(1e-7 * sum));
    }
  }

  private List<float[]> logits(Model model, ModelRotation rotation) {
    List<float[]> all = new ArrayList<>();
    LogitsObserver observer =
        new LogitsObserver() {
          @Override
          public boolean wants(int position) {
            return position < 64;
          }

          @Override
          public void accept(int position, float[] logits) {
            all.add(logits.clone());
          }
        };
    model.scorer().score(window.tokens(), 0, rotation, observer, _ -> {});
    return all;
  }

  @Test
  void startTokensKeepTheirFrequencies() {
    try (Model model = model(2)) {
      Candidate unscaled = Candidate.of("unscaled", new Unscaled(), target(model));
      Candidate linear = Candidate.of("linear", new Linear(4), target(model));
      PrefillEvaluator evaluator = evaluator(model, "a.jsonl");
      Measurement whole = evaluator.measure(linear.withStartTokens(CONTEXT), window);
      Measurement shortText = evaluator.measure(linear.withStartTokens(64), window);
      Measurement none = evaluator.measure(linear, window);
      assertThat(whole).isEqualTo(evaluator.measure(unscaled, window));
      assertThat(shortText.damage()).isLessThan(1e-9);
      assertThat(shortText.text()).isNotEqualTo(whole.text()).isNotEqualTo(none.text());
      assertThat(none.damage()).isGreaterThan(1e-6);
    }
  }

  @Test
  void whatIsKnownIsNotRunAgain() {
    try (Model model = model(2)) {
      Measurement first;
      try (EvaluationCache cache = EvaluationCache.open(folder.resolve("a.jsonl"), model)) {
        first = evaluator(model, cache).measure(candidate(model, true), window);
      }
      try (EvaluationCache cache = EvaluationCache.open(folder.resolve("a.jsonl"), model)) {
        PrefillEvaluator again = evaluator(model, cache);
        assertThat(again.measure(candidate(model, true), window)).isEqualTo(first);
        assertThat(again.prefills()).isZero();
        var _ = again.measure(candidate(model, false), window);
        assertThat(again.prefills()).isEqualTo(1);
      }
    }
  }

  private PrefillEvaluator evaluator(Model model, String file) {
    return evaluator(model, EvaluationCache.open(folder.resolve(file), model));
  }

  private static PrefillEvaluator evaluator(Model model, EvaluationCache cache) {
    return new PrefillEvaluator(model, new Rotations(model, CONTEXT), cache, 1);
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

package rope4j.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.model.GgufCheckpoint;
import rope4j.diagnosis.Blocks;
import rope4j.inference.Model;
import rope4j.tuning.fitness.EvaluationCache;
import rope4j.tuning.fitness.Measurement;
import rope4j.tuning.fitness.Objective;
import rope4j.tuning.fitness.PrefillEvaluator;
import rope4j.tuning.fitness.Rotations;
import rope4j.tuning.fitness.Window;
import rope4j.tuning.result.Artifacts;
import rope4j.tuning.result.Tuning;
import rope4j.tuning.search.Budget;
import rope4j.tuning.search.Preset;

/// On a model of random weights, whose loss no rotation can mend: what is held here is the
/// machinery and its honesty.
class TunerTest {

  private static final Path MODEL =
      Path.of("../inference/src/test/resources/parity/zoo/models/llama-gqa.gguf");

  @TempDir private Path folder;

  @Test
  void theSameSeedAndBudgetGiveTheSameFront() {
    Tuning one = tune(request(256, 4000, 120, Objective.NLL, 1), "one");
    Tuning two = tune(request(256, 4000, 120, Objective.NLL, 1), "two");
    assertThat(two.points()).isEqualTo(one.points());
    assertThat(two.history()).isEqualTo(one.history());
  }

  @Test
  void aSearchBegunAgainRunsNothingAndEndsTheSame() {
    Tuning one = tune(request(256, 4000, 120, Objective.NLL, 1), "one");
    Tuning again = tune(request(256, 4000, 120, Objective.NLL, 1), "one");
    assertThat(one.effort().prefills()).isPositive();
    assertThat(again.effort().prefills()).isZero();
    assertThat(again.points()).isEqualTo(one.points());
  }

  @Test
  void needlesAreMeasuredToo() {
    for (Objective objective : List.of(Objective.NEEDLE, Objective.BOTH)) {
      Tuning tuning = tune(request(512, 6000, 120, objective, 1), objective.name());
      assertThat(tuning.points())
          .allSatisfy(point -> {
            assertThat(point.loss().mean()).isPositive();
            assertThat(point.damage()).isNotNegative();
          });
    }
  }

  @Test
  void theWrittenModelRotatesAsWasMeasured() {
    Tuning tuning = tune(request(256, 4000, 120, Objective.NLL, 1), "one");
    Path copy = folder.resolve("tuned.gguf");
    try (Model model = Model.load(MODEL)) {
      GgufCheckpoint gguf = (GgufCheckpoint) model.checkpoint();
      assertThat(Artifacts.writeModel(tuning, gguf.file(), copy)).isEmpty();
    }
    Window window = Window.of(tokens(256), 64);
    Measurement measured;
    try (Model model = Model.load(MODEL);
        EvaluationCache cache = EvaluationCache.open(folder.resolve("two.jsonl"), model)) {
      measured =
          new PrefillEvaluator(model, new Rotations(model, 256), cache, 1)
              .measure(tuning.recommended().candidate(), window);
    }
    try (Model model = Model.load(copy)) {
      assertThat(model.description().contextLength()).isEqualTo(256);
      double[] nll = model.scorer().score(window.tokens(), model.rotation(RopeOverrides.NONE, 256));
      assertThat(measured.text())
          .containsExactlyElementsOf(Arrays.stream(Blocks.means(nll, 64, 255)).boxed().toList());
    }
  }

  @Test
  void aTextThatIsTooShortIsRefusedBeforeAnythingRuns() {
    assertRefused(request(256, 300, 120, Objective.NLL, 1), "too short");
  }

  @Test
  void aBudgetThatDoesNotCoverTheClosedFormsIsRefused() {
    assertRefused(request(256, 4000, 20, Objective.NLL, 1), "give at least");
  }

  @Test
  void needlesWithoutRoomAreRefused() {
    assertRefused(request(128, 4000, 200, Objective.NEEDLE, 1), "no room");
  }

  @Test
  void aContextThatNeedsNoExtensionIsRefused() {
    assertRefused(request(64, 4000, 200, Objective.NLL, 1), "needs no extension");
  }

  private void assertRefused(TuningRequest request, String why) {
    try (Model model = Model.load(MODEL)) {
      assertThatThrownBy(() -> new Tuner(model, request))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(why);
    }
  }

  private Tuning tune(TuningRequest request, String name) {
    try (Model model = Model.load(MODEL);
        EvaluationCache cache = EvaluationCache.open(folder.resolve(name + ".jsonl"), model)) {
      return new Tuner(model, request).tune(cache, (_, _, _) -> {});
    }
  }

  private static TuningRequest request(
      int context, int tokens, int budget, Objective objective, long seed) {
    return new TuningRequest(
        MODEL.toString(),
        context,
        "random",
        List.of(tokens(tokens)),
        OptionalInt.empty(),
        objective,
        Preset.QUICK.spaces(),
        false,
        Preset.QUICK,
        new Budget.Evaluations(budget),
        seed);
  }

  private static int[] tokens(int count) {
    return new Random(3).ints(count, 3, 288).toArray();
  }
}

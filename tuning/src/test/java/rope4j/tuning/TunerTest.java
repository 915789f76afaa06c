package rope4j.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.model.GgufCheckpoint;
import rope4j.diagnosis.Blocks;
import rope4j.diagnosis.recipe.Recipe;
import rope4j.inference.Model;
import rope4j.tuning.fitness.EvaluationCache;
import rope4j.tuning.fitness.Measurement;
import rope4j.tuning.fitness.Objective;
import rope4j.tuning.fitness.PrefillEvaluator;
import rope4j.tuning.fitness.Rotations;
import rope4j.tuning.fitness.Window;
import rope4j.tuning.result.Artifacts;
import rope4j.tuning.result.Point;
import rope4j.tuning.result.Tuning;
import rope4j.tuning.result.TuningPage;
import rope4j.tuning.result.TuningTable;
import rope4j.tuning.search.Budget;
import rope4j.tuning.search.Preset;
import rope4j.tuning.search.Trial;
import rope4j.tuning.space.Candidate;

/// On a model of random weights, whose loss no rotation can mend: what is held here is the
/// machinery and its honesty.
class TunerTest {

  private static final Path MODEL = zoo("llama-gqa");
  private static final String OWN = "as the file says";

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

  @ParameterizedTest
  @CsvSource({"llama3-ropefreqs,256", "phi3,512"})
  void factorsInTheFileAreAClosedFormMeasuredAsTheEngineRotatesTheFile(String name, int context) {
    Path path = zoo(name);
    Tuning tuning = tune(path, request(path, context, 6000, 140, Objective.NLL, 1), name);
    int trained = tuning.model().trainedLength();
    Candidate own =
        tuning.points().stream()
            .filter(point -> point.closedForm() && point.candidate().name().equals(OWN))
            .map(Point::candidate)
            .findFirst()
            .orElseThrow();
    Window window = Window.of(tokens(context), trained);
    try (Model model = Model.load(path);
        EvaluationCache cache = EvaluationCache.open(folder.resolve("own.jsonl"), model)) {
      Measurement measured =
          new PrefillEvaluator(model, new Rotations(model, context), cache, 1).measure(own, window);
      double[] nll =
          model.scorer().score(window.tokens(), model.rotation(RopeOverrides.NONE, context));
      double expected =
          Arrays.stream(Blocks.means(nll, trained, context - 1)).average().orElseThrow();
      assertThat(measured.loss(Objective.NLL)).isCloseTo(expected, within(1e-5));
    }
  }

  @ParameterizedTest
  @CsvSource({"llama3-ropefreqs,256", "phi3,512"})
  void factorsInTheFileAreListedDrawnAndStartTheSearch(String name, int context) {
    Path path = zoo(name);
    Tuning tuning = tune(path, request(path, context, 6000, 140, Objective.NLL, 1), name);
    assertThat(TuningTable.render(tuning, false)).contains(OWN);
    assertThat(TuningPage.render(tuning, List.of())).contains(OWN + ", attention");
    assertThat(tuning.history())
        .filteredOn(trial -> trial.candidate().name().equals(OWN))
        .extracting(Trial::stage)
        .contains("closed forms");
  }

  @Test
  void whatIsRecommendedReplacesTheFactorsOfAFileAsItWasMeasured() {
    Path path = zoo("llama3-ropefreqs");
    Tuning tuning = tune(path, request(path, 256, 6000, 140, Objective.NLL, 1), "recipe");
    Recipe recipe = Artifacts.recipes(tuning).getFirst();
    assertThat(recipe.text())
        .contains("rope patch", "--rope-freqs")
        .doesNotContain("--rope-scale ");
    assertThat(recipe.note())
        .contains("This replaces the file's own frequency factors")
        .doesNotContain("on top");
  }

  @Test
  void aFileWithoutAScalingHasNoRowForIt() {
    Tuning tuning = tune(request(256, 4000, 120, Objective.NLL, 1), "one");
    assertThat(tuning.points()).extracting(point -> point.candidate().name()).doesNotContain(OWN);
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
  void aTimeThatEndsInTheClosedFormsIsRefusedWithOneThatSuffices() {
    assertThatThrownBy(() -> tune(30))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching(
            "a budget of 30s does not suffice: the 9 closed forms alone take about 6\\d s;"
                + " give at least 3m");
  }

  @Test
  void aTimeThatEndsBeforeSomethingWasSearchedIsRefused() {
    assertThatThrownBy(() -> tune(68))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a budget of 68s does not suffice: the 9 closed forms took 64.0 s")
        .hasMessageContaining("of the 8 rotations")
        .hasMessageEndingWith("give at least 3m");
  }

  @Test
  void theTimeThatIsSaidToSufficeDoes() {
    assertThat(tune(180).found()).isNotEmpty();
  }

  /// @param budget in seconds, of which one passes whenever the clock is asked
  private Tuning tune(int budget) {
    TuningRequest most =
        request(MODEL, 256, 4000, new Budget.Time(Duration.ofSeconds(budget)), Objective.NLL, 1);
    long[] seconds = {0};
    try (Model model = Model.load(MODEL);
        EvaluationCache cache = EvaluationCache.open(folder.resolve("time.jsonl"), model)) {
      return new Tuner(model, most, () -> 1_000_000_000L * seconds[0]++)
          .tune(cache, (_, _, _) -> {});
    }
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
    return tune(MODEL, request, name);
  }

  private Tuning tune(Path path, TuningRequest request, String name) {
    try (Model model = Model.load(path);
        EvaluationCache cache = EvaluationCache.open(folder.resolve(name + ".jsonl"), model)) {
      return new Tuner(model, request).tune(cache, (_, _, _) -> {});
    }
  }

  private static Path zoo(String name) {
    return Path.of("../inference/src/test/resources/parity/zoo/models", name + ".gguf");
  }

  private static TuningRequest request(
      int context, int tokens, int budget, Objective objective, long seed) {
    return request(MODEL, context, tokens, budget, objective, seed);
  }

  private static TuningRequest request(
      Path path, int context, int tokens, int budget, Objective objective, long seed) {
    return request(path, context, tokens, new Budget.Evaluations(budget), objective, seed);
  }

  private static TuningRequest request(
      Path path, int context, int tokens, Budget budget, Objective objective, long seed) {
    return new TuningRequest(
        path.toString(),
        context,
        "random",
        List.of(tokens(tokens)),
        OptionalInt.empty(),
        objective,
        Preset.QUICK.spaces(),
        false,
        Preset.QUICK,
        budget,
        seed);
  }

  private static int[] tokens(int count) {
    return new Random(3).ints(count, 3, 288).toArray();
  }
}

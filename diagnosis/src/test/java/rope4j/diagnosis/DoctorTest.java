package rope4j.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rope4j.checkpoint.CheckpointException;
import rope4j.diagnosis.Verdict.Level;
import rope4j.inference.Model;

class DoctorTest {

  private static final int CONTEXT = 256;

  @Test
  void costsOnePrefillPerStrategyAndTheControl() {
    try (Model model = Zoo.llamaGqa()) {
      List<Long> seen = new ArrayList<>();
      Examination examination =
          examine(
              model,
              600,
              (_, done, total) -> {
                seen.add(done);
                assertThat(done).isLessThanOrEqualTo(total);
              });
      assertThat(examination.windows()).isEqualTo(2);
      assertThat(examination.leftOver()).isEqualTo(600 - 2 * CONTEXT);
      assertThat(examination.cost().prefillTokens()).isEqualTo(4L * 2 * CONTEXT);
      assertThat(examination.cost().controlTokens()).isLessThanOrEqualTo(2L * 2 * CONTEXT);
      assertThat(seen.getLast())
          .isEqualTo(examination.cost().prefillTokens() + examination.cost().controlTokens());
    }
  }

  @Test
  void unscaledDoesNoDamageToShortTextAndIsTheControlThere() {
    try (Model model = Zoo.llamaGqa()) {
      StrategyResult unscaled = examine(model, 600, Progress.NONE).result("unscaled").orElseThrow();
      assertThat(unscaled.shortDamage().meanKl()).isLessThan(1e-9);
      assertThat(unscaled.shortDamage().topAgreement()).isEqualTo(1);
      assertThat(unscaled.shortDamage().positions()).isEqualTo(2 * 63);
      Bucket first = unscaled.buckets().getFirst();
      assertThat(first.benefit().mean()).isZero();
    }
  }

  @Test
  void theSameTextGivesTheSameResult() {
    try (Model model = Zoo.llamaGqa()) {
      Examination once = examine(model, 600, Progress.NONE);
      Examination again = examine(model, 600, Progress.NONE);
      assertThat(again.results()).isEqualTo(once.results());
      assertThat(again.controlCurve()).isEqualTo(once.controlCurve());
    }
  }

  @Test
  void aContextWithinTheTrainedLengthIsExplained() {
    try (Model model = Zoo.llamaGqa()) {
      List<Strategy> strategies = List.of(Strategy.unscaled());
      assertThatThrownBy(() -> new Doctor(model, 64, strategies, Criteria.DEFAULT))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "a context of 64 needs no extension: the model was trained on 64 tokens; ask for more than that");
    }
  }

  @Test
  void aContextThatPredictsNothingPastTheTrainedLengthIsExplained() {
    try (Model model = Zoo.llamaGqa()) {
      List<Strategy> strategies = List.of(Strategy.unscaled());
      assertThatThrownBy(() -> new Doctor(model, 65, strategies, Criteria.DEFAULT))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("ask for at least 66");
    }
  }

  @Test
  void theSameStrategyUnderTwoNamesIsRefused() {
    try (Model model = Zoo.llamaGqa()) {
      List<Strategy> same =
          List.of(Strategy.parse("yarn", model, CONTEXT), Strategy.parse("yarn:4", model, CONTEXT));
      assertThatThrownBy(() -> new Doctor(model, CONTEXT, same, Criteria.DEFAULT))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'yarn' and 'yarn:4' are the same");
    }
  }

  @Test
  void aStrategyNamedTwiceIsRefused() {
    try (Model model = Zoo.llamaGqa()) {
      List<Strategy> twice = List.of(Strategy.unscaled(), Strategy.unscaled());
      assertThatThrownBy(() -> new Doctor(model, CONTEXT, twice, Criteria.DEFAULT))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("strategies 'unscaled' and 'unscaled' are the same; name it once");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gemma2", "gemma3", "qwen3", "cohere2", "gpt-oss", "deepseek2-v3"})
  void modelsWhoseLayersRotateDifferentlyAreExaminedToo(String name) {
    try (Model model = Model.load(Zoo.path(name))) {
      int context = 4 * model.description().trainedLength();
      List<Strategy> strategies = Strategy.defaults(model, context);
      Examination examination =
          new Doctor(model, context, strategies, Criteria.DEFAULT)
              .examine(
                  "zoo.gguf",
                  "random",
                  Windows.of(Zoo.tokens(context + 20), context),
                  Progress.NONE);
      StrategyResult unscaled = examination.result("unscaled").orElseThrow();
      assertThat(unscaled.shortDamage().meanKl()).isLessThan(1e-9);
      assertThat(examination.result("yarn").orElseThrow().shortDamage().meanKl()).isPositive();
    }
  }

  @Test
  void aModelThatDoesNotRotateIsRefused() {
    try (Model model = Model.load(Zoo.path("mpt"))) {
      assertThatThrownBy(() -> Strategy.defaults(model, CONTEXT))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("there is no rotation to scale");
    }
  }

  @Test
  void babyllamaBreaksUnscaledAndIsRescuedByYarn() {
    Examination examination = examineReal("babyllama-tok105");
    StrategyResult unscaled = examination.result("unscaled").orElseThrow();
    StrategyResult linear = examination.result("linear").orElseThrow();
    StrategyResult yarn = examination.result("yarn").orElseThrow();
    assertThat(unscaled.verdict().level()).isEqualTo(Level.BREAKS);
    assertThat(unscaled.verdict().from().orElseThrow()).isBetween(256, 384);
    assertThat(unscaled.buckets().getLast().nll().mean()).isBetween(4.5, 4.9);
    assertThat(linear.verdict())
        .isEqualTo(new Verdict(Level.BREAKS, OptionalInt.of(0), OptionalInt.of(0)));
    assertThat(yarn.verdict().level()).isEqualTo(Level.DEGRADES);
    assertThat(yarn.buckets())
        .allSatisfy(bucket -> assertThat(bucket.nll().mean()).isLessThan(1.5));
    assertThat(examination.recommended()).contains("yarn");
    assertThat(examination.recipes().getFirst().text())
        .contains("--rope-scaling yarn --rope-scale 8 --yarn-orig-ctx 256");
  }

  @Test
  void stories260KDegradesSoftly() {
    StrategyResult unscaled = examineReal("stories260K").result("unscaled").orElseThrow();
    assertThat(unscaled.verdict().level()).isEqualTo(Level.DEGRADES);
    assertThat(unscaled.verdict().from().orElseThrow()).isBetween(768, 1536);
    assertThat(unscaled.added().nll().mean()).isLessThan(2.1);
  }

  private static Examination examine(Model model, int tokens, Progress progress) {
    List<Strategy> strategies = Strategy.defaults(model, CONTEXT);
    return new Doctor(model, CONTEXT, strategies, Criteria.DEFAULT)
        .examine("zoo.gguf", "random", Windows.of(Zoo.tokens(tokens), CONTEXT), progress);
  }

  /// On the text the model was trained for, a beginning before every story, as llama.cpp's figures
  /// were taken.
  private static Examination examineReal(String name) {
    Path file = Path.of("../../shared/models", name + ".gguf");
    Path text = Path.of("../../shared/texts/TinyStories-valid-30k.txt");
    assumeTrue(Files.exists(file) && Files.exists(text), "the real models are not here");
    try (Model model = Model.load(file)) {
      int bos = model.tokenizer().bos().orElseThrow();
      List<Integer> ids = new ArrayList<>();
      for (String story : Files.readAllLines(text)) {
        ids.add(bos);
        for (int id : model.tokenizer().encode(story)) {
          ids.add(id);
        }
      }
      int[] tokens = ids.stream().mapToInt(Integer::intValue).toArray();
      return new Doctor(model, 2048, Strategy.defaults(model, 2048), Criteria.DEFAULT)
          .examine(name, "TinyStories", Windows.of(tokens, 2048), Progress.NONE);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}

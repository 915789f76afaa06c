package rope4j.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.RopeOverrides;
import rope4j.inference.kernel.Kernels;

/// What scoring must not depend on.
class ScorerLawsTest {

  private static final List<Path> MODELS =
      List.of(
              "llama-gqa",
              "llama3-ropefreqs",
              "llama-moe",
              "cohere2",
              "gpt-oss",
              "deepseek2-v3",
              "olmo")
          .stream()
          .map(ScorerLawsTest::zoo)
          .toList();

  private static final int[] TOKENS = new Random(5).ints(150, 3, 288).toArray();

  @Test
  void prefillInOneBatchEqualsTokenByToken() {
    for (Path path : MODELS) {
      try (Model model = Model.load(path)) {
        double[] whole = model.scorer().score(TOKENS, rotation(model));
        for (int batch : new int[] {1, 7, 32, 100}) {
          close(model.scorer(batch).score(TOKENS, rotation(model)), whole, 2e-5);
        }
      }
    }
  }

  @Test
  void oneThreadEqualsSeveral() {
    for (Path path : MODELS) {
      double[] one;
      try (Model model = Model.load(path, 1)) {
        one = model.scorer().score(TOKENS, rotation(model));
      }
      try (Model model = Model.load(path, 3)) {
        assertThat(model.scorer().score(TOKENS, rotation(model))).containsExactly(one);
      }
    }
  }

  @Test
  void plainJavaEqualsTheVectorApi() {
    for (Path path : MODELS) {
      try (Model plain = Model.load(path, 2, Kernels.scalar());
          Model vector = Model.load(path, 2)) {
        close(
            plain.scorer().score(TOKENS, rotation(plain)),
            vector.scorer().score(TOKENS, rotation(vector)),
            2e-5);
      }
    }
  }

  @Test
  void aLaterStartGivesTheSameValuesAtTheEnd() {
    try (Model model = Model.load(MODELS.getFirst())) {
      double[] whole = model.scorer().score(TOKENS, rotation(model));
      double[] end =
          model.scorer().score(TOKENS, 70, rotation(model), LogitsObserver.NONE, _ -> {});
      assertThat(end).containsExactly(Arrays.copyOfRange(whole, 70, whole.length));
    }
  }

  @Test
  void laterTokensDoNotChangeEarlierPositions() {
    try (Model model = Model.load(MODELS.getFirst())) {
      double[] whole = model.scorer().score(TOKENS, rotation(model));
      double[] half = model.scorer().score(Arrays.copyOf(TOKENS, 75), rotation(model));
      close(half, Arrays.copyOf(whole, half.length), 1e-6);
    }
  }

  @Test
  void aScorerCanBeUsedAgainForAShorterText() {
    try (Model model = Model.load(MODELS.getFirst())) {
      Scorer scorer = model.scorer();
      double[] first = scorer.score(Arrays.copyOf(TOKENS, 60), rotation(model));
      scorer.score(TOKENS, rotation(model));
      assertThat(scorer.score(Arrays.copyOf(TOKENS, 60), rotation(model))).containsExactly(first);
    }
  }

  @Test
  void theLikelihoodIsThatOfTheLogits() {
    try (Model model = Model.load(MODELS.getFirst())) {
      double[] fromLogits = new double[TOKENS.length - 1];
      LogitsObserver observer =
          new LogitsObserver() {
            @Override
            public boolean wants(int position) {
              return position < fromLogits.length;
            }

            @Override
            public void accept(int position, float[] logits) {
              double sum = 0;
              for (float logit : logits) {
                sum += Math.exp(logit);
              }
              fromLogits[position] = Math.log(sum) - logits[TOKENS[position + 1]];
            }
          };
      double[] nll = model.scorer().score(TOKENS, 0, rotation(model), observer, _ -> {});
      close(nll, fromLogits, 1e-5);
    }
  }

  @Test
  void progressCountsEveryTokenOnce() {
    try (Model model = Model.load(MODELS.getFirst())) {
      int[] seen = {0};
      model.scorer(32).score(TOKENS, 0, rotation(model), LogitsObserver.NONE, n -> seen[0] += n);
      assertThat(seen[0]).isEqualTo(TOKENS.length);
    }
  }

  @Test
  void aTextBeyondLearnedPositionsIsRefused() {
    try (Model model = Model.load(zoo("gpt2"))) {
      Scorer scorer = model.scorer();
      int[] tokens = new Random(5).ints(257, 3, 288).toArray();
      ModelRotation rotation = rotation(model);
      assertThatThrownBy(() -> scorer.score(tokens, rotation))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "a context of 257 tokens is too long for this model: it has learned 256 positions and can know no others; ask for no more tokens than that");
    }
  }

  @Test
  void aRotationForOtherHeadsIsRefused() {
    try (Model model = Model.load(zoo("qwen3"));
        Model other = Model.load(zoo("qwen2"))) {
      Scorer scorer = model.scorer();
      ModelRotation rotation = rotation(other);
      assertThatThrownBy(() -> scorer.score(TOKENS, rotation))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the rotation is for heads of 16 channels, but the model's have 32");
    }
  }

  @Test
  void oneRotationEverywhereIsThatOfAUniformModel() {
    try (Model model = Model.load(zoo("qwen2"))) {
      ModelRotation uniform = ModelRotation.everywhere(rotation(model).layer(0).orElseThrow(), 2);
      assertThat(model.scorer().score(TOKENS, uniform))
          .containsExactly(model.scorer().score(TOKENS, rotation(model)));
    }
  }

  @Test
  void latentAttentionCachesOneShortVectorForAllHeads() {
    try (Model model = Model.load(zoo("deepseek2-v3"))) {
      assertThat(model.cacheBytes(100)).isEqualTo(100 * 2 * (32 + 16) * 4);
    }
  }

  @Test
  void anUnknownArchitectureListsTheKnown() {
    assertThatThrownBy(() -> Architectures.of("mamba"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(
            "architecture 'mamba' can't be run by this engine; it runs: bloom, ")
        .hasMessageContaining("llama, llama4, ");
  }

  @Test
  void aTokenOutsideTheVocabularyIsNamed() {
    try (Model model = Model.load(MODELS.getFirst())) {
      Scorer scorer = model.scorer();
      ModelRotation rotation = rotation(model);
      assertThatThrownBy(() -> scorer.score(new int[] {1, 288}, rotation))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("token 288 at index 1 is not in the vocabulary of 288");
    }
  }

  private static Path zoo(String name) {
    return Path.of("src/test/resources/parity/zoo/models", name + ".gguf");
  }

  private static ModelRotation rotation(Model model) {
    return model.rotation(RopeOverrides.NONE, 256);
  }

  private static void close(double[] actual, double[] expected, double tolerance) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat(actual[i]).as("position %d", i).isCloseTo(expected[i], within(tolerance));
    }
  }
}

package rope4j.lab.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import rope4j.lab.training.Batch;
import rope4j.lab.training.Evaluation;
import rope4j.rotation.CosSin;
import rope4j.rotation.Precision;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Rotation;
import rope4j.rotation.Yarn;

class LanguageModelTest {

  private static final PositionEncoding.Rope ROPE = new PositionEncoding.Rope(10000);

  private static final List<PositionEncoding> ENCODINGS =
      List.of(
          new PositionEncoding.None(),
          new PositionEncoding.Sinusoidal(),
          new PositionEncoding.Learned(64),
          new PositionEncoding.Alibi(),
          ROPE,
          new PositionEncoding.Rope(500000, 0.5, new Yarn(4, 16)),
          new PositionEncoding.XPos(10000, 512));

  private static ModelConfig config(PositionEncoding encoding, Mixer... mixers) {
    return new ModelConfig(40, 32, 2, 48, 16, false, encoding, List.of(mixers));
  }

  private static ModelConfig config(PositionEncoding encoding) {
    return config(encoding, Mixer.ATTENTION, Mixer.ATTENTION);
  }

  private static int[] tokens(int count) {
    return new Random(3).ints(count, 0, 40).toArray();
  }

  private static double[] nll(LanguageModel model, PositionEncoding encoding, int[] tokens) {
    return Evaluation.of(model, encoding, Batch.ofTexts(new int[][] {tokens})).nll()[0];
  }

  @TestFactory
  Stream<DynamicTest> noTokenKnowsWhatFollowsIt() {
    Stream<ModelConfig> attention = ENCODINGS.stream().map(LanguageModelTest::config);
    Stream<ModelConfig> hybrids =
        Stream.of(Mixer.RECURRENCE, Mixer.RECURRENCE_FIXED, Mixer.RECURRENCE_CUMULATIVE)
            .map(mixer -> config(ROPE, mixer, Mixer.ATTENTION));
    return Stream.concat(attention, hybrids)
        .map(config ->
            DynamicTest.dynamicTest(
                config.encoding().name() + " " + config.mixers(), () -> requireCausal(config)));
  }

  private static void requireCausal(ModelConfig config) {
    int[] tokens = tokens(24);
    int[] changed = tokens.clone();
    changed[20] = (changed[20] + 1) % 40;
    try (LanguageModel model = new LanguageModel(config, 5)) {
      double[] one = nll(model, config.encoding(), tokens);
      double[] other = nll(model, config.encoding(), changed);

      assertThat(Arrays.copyOf(other, 19)).containsExactly(Arrays.copyOf(one, 19), within(1e-5));
      assertThat(other[21]).isNotEqualTo(one[21]);
    }
  }

  @Test
  void queriesAndKeysAreTurnedAsTheRotationModuleTurnsThem() {
    PositionEncoding.Rope partial = new PositionEncoding.Rope(10000, 0.5, new Yarn(4, 16));
    ModelConfig config = config(partial);
    RopeParameters parameters = config.ropeParameters(partial);
    int length = 10;
    float[] expected = new float[length * 2 * 16];
    Random random = new Random(1);
    for (int i = 0; i < expected.length; i++) {
      expected[i] = (float) random.nextGaussian();
    }
    try (var _ = new PointerScope();
        var _ = new NoGradGuard();
        Positions positions = Positions.of(config, partial, length)) {
      Tensor turned = positions.turnQueries(LibTorch.tensor(expected, 1, length, 2, 16));
      Rotation rotation = Rotation.of(parameters, length, Precision.EXACT);
      CosSin table = rotation.table(length);
      rotation.fill(table, 0, length);
      rotation.rotate(expected, 0, 2, table);

      assertThat(LibTorch.values(turned)).containsExactly(expected, within(1e-6f));
    }
  }

  /// One layer sees what stands before as a set; a second would see its order by the mask.
  @Test
  void aModelWithoutPositionsReadsItsFirstTokensInAnyOrder() {
    try (LanguageModel model =
        new LanguageModel(config(new PositionEncoding.None(), Mixer.ATTENTION), 5)) {
      double[] one = nll(model, new PositionEncoding.None(), new int[] {1, 2, 3, 4, 5});
      double[] other = nll(model, new PositionEncoding.None(), new int[] {2, 1, 3, 4, 5});

      assertThat(other[3]).isCloseTo(one[3], within(1e-5));
    }
  }

  @Test
  void aModelCanBeAskedUnderAnotherScaling() {
    try (LanguageModel model = new LanguageModel(config(ROPE), 5)) {
      double[] unscaled = nll(model, ROPE, tokens(48));
      double[] scaled = nll(model, ROPE.withScaling(new Yarn(4, 16)), tokens(48));

      assertThat(scaled[40]).isNotEqualTo(unscaled[40]);
    }
  }

  @Test
  void learnedPositionsEndWithTheirTable() {
    PositionEncoding learned = new PositionEncoding.Learned(64);
    try (LanguageModel model = new LanguageModel(config(learned), 5)) {
      assertThatThrownBy(() -> nll(model, learned, tokens(66)))
          .hasMessage("the model has learned positions for 64 tokens, not for 65");
    }
  }

  @Test
  void aModelIsNotAskedUnderPositionsItHasNot() {
    try (LanguageModel model = new LanguageModel(config(ROPE), 5)) {
      assertThatThrownBy(() -> nll(model, new PositionEncoding.Learned(64), tokens(8)))
          .hasMessage("a model with rope positions can't be asked under learned");
    }
  }

  @Test
  void aRotatedRecurrenceNeedsFrequencies() {
    assertThatThrownBy(() -> config(new PositionEncoding.None(), Mixer.RECURRENCE_FIXED))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("needs the frequencies of a rope encoding");
  }

  @Test
  void weightsBeginAsThoseOfPyTorchsLayersWhenAskedTo() {
    try (LanguageModel model = new LanguageModel(config(ROPE), Initialisation.PYTORCH, 5)) {
      double[] matrix = absolute(model, "model.layers.0.mlp.down_proj.weight");
      double bound = 1 / Math.sqrt(48);
      assertThat(Arrays.stream(matrix).max().orElse(0)).isBetween(0.95 * bound, bound);
      assertThat(Arrays.stream(matrix).average().orElse(0)).isCloseTo(bound / 2, within(0.01));
      double[] embeddings = absolute(model, "model.embed_tokens.weight");
      assertThat(Arrays.stream(embeddings).map(v -> v * v).average().orElse(0))
          .isCloseTo(1, within(0.1));
    }
  }

  @Test
  void smallEmbeddingsAreAsLargeAsSinusoidsOnceTheyAreMultipliedByTheRootOfTheWidth() {
    ModelConfig config = config(new PositionEncoding.Sinusoidal());
    try (LanguageModel model =
        new LanguageModel(config, Initialisation.PYTORCH_SMALL_EMBEDDINGS, 5)) {
      double square =
          Arrays.stream(absolute(model, "model.embed_tokens.weight"))
              .map(v -> v * v * config.width())
              .average()
              .orElse(0);
      assertThat(square).isCloseTo(1, within(0.1));
    }
  }

  @Test
  void weightsBeginWithADeviationOfAFiftiethOtherwise() {
    try (LanguageModel model = new LanguageModel(config(ROPE), 5)) {
      assertThat(
              Arrays.stream(absolute(model, "model.embed_tokens.weight"))
                  .map(v -> v * v)
                  .average()
                  .orElse(0))
          .isCloseTo(4e-4, within(4e-5));
    }
  }

  private static double[] absolute(LanguageModel model, String weight) {
    float[] values = LibTorch.values(model.parameters().byName().get(weight));
    double[] absolute = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      absolute[i] = Math.abs(values[i]);
    }
    return absolute;
  }

  @Test
  void thePlacesThatAreAskedGetWhatTheyGetAmongAll() {
    try (LanguageModel model = new LanguageModel(config(ROPE), 5);
        Positions positions = model.positions(ROPE, 16);
        var _ = new PointerScope();
        var _ = new NoGradGuard()) {
      Tensor tokens = LibTorch.indices(ids(32), 2, 16);
      float[] all = LibTorch.values(model.hidden(tokens, positions));
      float[] some =
          LibTorch.values(
              model.hidden(
                  tokens, positions, Optional.of(LibTorch.indices(new long[] {3, 20}, 2))));
      assertThat(Arrays.copyOfRange(some, 0, 32))
          .containsExactly(Arrays.copyOfRange(all, 3 * 32, 4 * 32), within(1e-5f));
      assertThat(Arrays.copyOfRange(some, 32, 64))
          .containsExactly(Arrays.copyOfRange(all, 20 * 32, 21 * 32), within(1e-5f));
    }
  }

  private static long[] ids(int count) {
    return Arrays.stream(tokens(count)).asLongStream().toArray();
  }
}

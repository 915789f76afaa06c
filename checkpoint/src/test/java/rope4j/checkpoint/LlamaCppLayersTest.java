package rope4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rope4j.rotation.Frequencies;
import rope4j.rotation.FrequencyFactors;
import rope4j.rotation.Linear;
import rope4j.rotation.Pairing;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Unscaled;
import rope4j.rotation.Yarn;

/// Models whose layers do not all rotate alike in llama.cpp, and DeepSeek's softmax scale.
class LlamaCppLayersTest {

  private static final Optional<String> FULL = Optional.of("full_attention");
  private static final Optional<String> SLIDING = Optional.of("sliding_attention");

  @TempDir private Path folder;

  /// A file of this architecture with head dimension 16.
  private static GgufWriter file(String architecture) {
    return file(architecture, 2);
  }

  private static GgufWriter file(String architecture, int layers) {
    return new GgufWriter()
        .put("general.architecture", MetadataType.STRING, architecture)
        .put(architecture + ".context_length", MetadataType.UINT32, 4096)
        .put(architecture + ".embedding_length", MetadataType.UINT32, 64)
        .put(architecture + ".block_count", MetadataType.UINT32, layers)
        .put(architecture + ".feed_forward_length", MetadataType.UINT32, 96)
        .put(architecture + ".attention.head_count", MetadataType.UINT32, 4)
        .put(architecture + ".attention.layer_norm_rms_epsilon", MetadataType.FLOAT32, 1e-5f)
        .put(architecture + ".rope.freq_base", MetadataType.FLOAT32, 1000000f)
        .put(architecture + ".vocab_size", MetadataType.UINT32, 300);
  }

  private static GgufWriter yarn(String architecture, float factor) {
    return file(architecture)
        .put(architecture + ".rope.scaling.type", MetadataType.STRING, "yarn")
        .put(architecture + ".rope.scaling.factor", MetadataType.FLOAT32, factor)
        .put(
            architecture + ".rope.scaling.original_context_length",
            MetadataType.UINT32,
            (int) (4096 / factor));
  }

  private ModelDescription describe(GgufWriter model) {
    try (GgufFile file = GgufFile.open(model.write(folder))) {
      return ModelDescription.of(file);
    }
  }

  private List<LayerRotation> layers(GgufWriter model) {
    return LlamaCppRope.layers(describe(model), RopeOverrides.NONE, 4096);
  }

  @Test
  void glm4PairsNeighboursInAFileOfTextAlone() {
    assertThat(layers(file("glm4")).getFirst().parameters().pairing())
        .isEqualTo(Pairing.INTERLEAVED);
    assertThat(layers(glm4WithSections(8, 0, 0, 0)).getFirst().parameters().pairing())
        .isEqualTo(Pairing.INTERLEAVED);
  }

  @Test
  void glm4PairsHalvesWhereItsPositionsHaveSeveralAxes() {
    assertThat(layers(glm4WithSections(2, 3, 3, 0)).getFirst().parameters().pairing())
        .isEqualTo(Pairing.HALF);
  }

  private static GgufWriter glm4WithSections(Integer... pairs) {
    return file("glm4")
        .put(
            "glm4.rope.dimension_sections",
            MetadataType.ARRAY,
            new GgufWriter.ArrayOf(MetadataType.INT32, List.of(pairs)));
  }

  @Test
  void gemma3sSlidingLayersHaveBase10000AndNoScaling() {
    List<LayerRotation> layers =
        layers(
            file("gemma3")
                .put("gemma3.rope.scaling.type", MetadataType.STRING, "linear")
                .put("gemma3.rope.scaling.factor", MetadataType.FLOAT32, 8f));
    assertThat(layers).extracting(LayerRotation::layerType).containsExactly(FULL, SLIDING);
    assertThat(layers.getFirst().parameters().base()).isEqualTo(1000000);
    assertThat(layers.getFirst().parameters().scaling()).isEqualTo(new Linear(8));
    assertThat(layers.getLast().parameters().base()).isEqualTo(10000);
    assertThat(layers.getLast().parameters().scaling()).isEqualTo(new Unscaled());
  }

  @Test
  void aBaseForSlidingLayersIsRead() {
    List<LayerRotation> layers =
        layers(file("gemma3").put("gemma3.rope.freq_base_swa", MetadataType.FLOAT32, 20000f));
    assertThat(layers.getLast().parameters().base()).isEqualTo(20000);
  }

  @Test
  void gemma3sSlidingLayersDoNotHearFlags() {
    List<LayerRotation> layers =
        LlamaCppRope.layers(
            describe(file("gemma3")), RopeOverrides.NONE.withFrequencyBase(5).withScale(2), 4096);
    assertThat(layers.getFirst().parameters().base()).isEqualTo(5);
    assertThat(layers.getLast().parameters().base()).isEqualTo(10000);
  }

  @Test
  void aRotaryDimensionForSlidingLayersCountsForAllWhereTheFirstLayerSlides() {
    for (String architecture : List.of("gemma2", "gemma3", "cohere2")) {
      assertThat(layers(eightForSliding(architecture)))
          .isNotEmpty()
          .allSatisfy(layer -> assertThat(layer.parameters().rotaryDimension()).isEqualTo(8));
    }
  }

  @Test
  void aRotaryDimensionForSlidingLayersIsNotReadWhereTheFirstLayerSeesAll() {
    for (String architecture : List.of("gemma2", "gemma3")) {
      GgufWriter model =
          eightForSliding(architecture)
              .put(
                  architecture + ".attention.sliding_window_pattern",
                  MetadataType.ARRAY,
                  new GgufWriter.ArrayOf(MetadataType.BOOL, List.of(false, true)));
      assertThat(layers(model))
          .isNotEmpty()
          .allSatisfy(layer -> assertThat(layer.parameters().rotaryDimension()).isEqualTo(16));
    }
  }

  @Test
  void aRotaryDimensionForSlidingLayersIsTheirsAloneWhereTheGraphAsksEachLayer() {
    assertThat(layers(eightForSliding("gemma4")))
        .extracting(layer -> layer.parameters().rotaryDimension())
        .containsExactly(16, 8);
  }

  private static GgufWriter eightForSliding(String architecture) {
    return file(architecture)
        .put(architecture + ".attention.sliding_window", MetadataType.UINT32, 64)
        .put(architecture + ".rope.dimension_count_swa", MetadataType.UINT32, 8);
  }

  @Test
  void phimoesFactorsOfTheWholeHeadAreCutToThePairsThatRotate() {
    GgufWriter model =
        file("phimoe")
            .put("phimoe.rope.dimension_count", MetadataType.UINT32, 12)
            .floats("rope_factors_short.weight", 1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(layers(model))
        .singleElement()
        .extracting(layer -> layer.parameters().scaling())
        .isEqualTo(new FrequencyFactors(new double[] {1, 2, 3, 4, 5, 6}, new Unscaled()));
  }

  @Test
  void gemma2sLayersAllRotateAlike() {
    assertThat(
            layers(file("gemma2").put("gemma2.attention.sliding_window", MetadataType.UINT32, 64)))
        .singleElement()
        .satisfies(layer -> assertThat(layer.layerType()).isEmpty());
  }

  @Test
  void gptOssScalesItsSlidingLayersToo() {
    GgufWriter model =
        yarn("gpt-oss", 32).put("gpt-oss.attention.sliding_window", MetadataType.UINT32, 128);
    assertThat(layers(model))
        .singleElement()
        .satisfies(layer -> assertThat(layer.parameters().scaling()).isInstanceOf(Yarn.class));
  }

  @Test
  void gptOssAndGemma2sSlidingLayersFollowTheFileAndNotTheFlags() {
    for (String architecture : List.of("gpt-oss", "gemma2")) {
      GgufWriter model =
          yarn(architecture, 32)
              .put(architecture + ".attention.sliding_window", MetadataType.UINT32, 128);
      List<LayerRotation> layers =
          LlamaCppRope.layers(
              describe(model), RopeOverrides.NONE.withFrequencyBase(5).withScale(2), 4096);
      assertThat(layers).extracting(LayerRotation::layerType).containsExactly(FULL, SLIDING);
      assertThat(layers.getFirst().parameters().base()).isEqualTo(5);
      assertThat(layers.getLast().parameters().base()).isEqualTo(1000000);
      assertThat(((Yarn) layers.getLast().parameters().scaling()).factor()).isEqualTo(32);
    }
  }

  @Test
  void everyFourthLayerOfSmolLm3Stands() {
    assertThat(rotating(file("smollm3", 8)))
        .containsExactly(true, true, true, false, true, true, true, false);
  }

  @Test
  void cohere2RotatesOnlyWhereItSlides() {
    GgufWriter model =
        file("cohere2", 5).put("cohere2.attention.sliding_window", MetadataType.UINT32, 64);
    assertThat(rotating(model)).containsExactly(true, true, true, false, true);
  }

  @Test
  void exaone4HasWindowsOnlyAtTheSizeThatHasThem() {
    GgufWriter small =
        file("exaone4", 4).put("exaone4.attention.sliding_window", MetadataType.UINT32, 64);
    assertThat(rotating(small)).containsExactly(true, true, true, true);
    assertThat(rotating(file("exaone4", 64))).startsWith(true, true, true, false);
  }

  @Test
  void llama4sRotatingLayersFollowTheFile() {
    GgufWriter model = file("llama4", 4);
    try (GgufFile file = GgufFile.open(model.write(folder))) {
      AttentionWindows windows = AttentionWindows.of(file);
      assertThat(windows.chunked()).isTrue();
      assertThat(windows.window()).hasValue(8192);
      List<Optional<RopeParameters>> layers =
          LlamaCppRope.everyLayer(
                  ModelDescription.of(file), windows, RopeOverrides.NONE.withFrequencyBase(5), 4096)
              .layers();
      assertThat(layers.getFirst().orElseThrow().base()).isEqualTo(1000000);
      assertThat(layers.getLast()).isEmpty();
    }
  }

  @Test
  void learnedAndLinearPositionsDoNotRotate() {
    assertThat(rotating(file("gpt2"))).containsExactly(false, false);
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> layers(file("mpt")))
        .withMessage(
            "a mpt model does not rotate queries and keys, so there is no rotation to scale");
  }

  private List<Boolean> rotating(GgufWriter model) {
    try (GgufFile file = GgufFile.open(model.write(folder))) {
      return LlamaCppRope.everyLayer(
              ModelDescription.of(file), AttentionWindows.of(file), RopeOverrides.NONE, 4096)
          .layers()
          .stream()
          .map(Optional::isPresent)
          .toList();
    }
  }

  @Test
  void olmo3sSlidingLayersHaveNoYarn() {
    List<LayerRotation> layers =
        layers(yarn("olmo2", 8).put("olmo2.attention.sliding_window", MetadataType.UINT32, 64));
    assertThat(layers.getFirst().parameters().scaling()).isInstanceOf(Yarn.class);
    assertThat(layers.getLast().parameters().scaling()).isEqualTo(new Unscaled());
  }

  @Test
  void cohere2sFullAttentionDoesNotRotate() {
    assertThat(
            layers(
                file("cohere2").put("cohere2.attention.sliding_window", MetadataType.UINT32, 64)))
        .extracting(LayerRotation::layerType)
        .containsExactly(SLIDING);
  }

  @Test
  void deepSeeksSoftmaxScaleCountsTheMagnitudeTwiceWithoutALogMultiplier() {
    // g(40, 1) squared: the value measured from llama.cpp.
    assertThat(deepSeek(yarn("deepseek2", 40)).softmaxScaleMultiplier())
        .isCloseTo(1.87385404, within(1e-6));
    assertThat(deepSeek(yarn("deepseek2", 40)).attentionFactor())
        .isCloseTo(1.3688879454113936, within(1e-6));
  }

  @Test
  void deepSeeksLogMultiplierMovesTheMagnitudeIntoTheSoftmaxScale() {
    Frequencies frequencies =
        deepSeek(
            yarn("deepseek2", 40)
                .put("deepseek2.rope.scaling.yarn_log_multiplier", MetadataType.FLOAT32, 0.1f));
    assertThat(frequencies.attentionFactor()).isCloseTo(1, within(1e-6));
    assertThat(frequencies.softmaxScaleMultiplier()).isCloseTo(1.87385404, within(1e-6));
  }

  private Frequencies deepSeek(GgufWriter model) {
    return layers(model).getFirst().parameters().frequencies(4096);
  }

  @Test
  void thereIsNoOneRotationWhereLayersDiffer() {
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> LlamaCppRope.resolve(describe(file("gemma3")), RopeOverrides.NONE, 4096))
        .withMessageContaining("do not all rotate alike");
  }

  @Test
  void keysTheLoaderDoesNotReadAreNamed() {
    GgufWriter model =
        yarn("qwen3", 4)
            .put("qwen3.rope.scaling.yarn_beta_fast", MetadataType.FLOAT32, 16f)
            .put("qwen3.rope.scaling.yarn_beta_slow", MetadataType.FLOAT32, 1f);
    assertThat(LlamaCppRope.unreadKeys(describe(model)))
        .containsExactly("rope.scaling.yarn_beta_fast = 16.0");
  }

  @Test
  void aHeadTooLargeForAnyModelIsRefused() {
    GgufWriter model =
        file("qwen3").put("qwen3.attention.key_length", MetadataType.UINT32, 2_000_000_000);
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> layers(model))
        .withMessageContaining("2000000000");
  }
}

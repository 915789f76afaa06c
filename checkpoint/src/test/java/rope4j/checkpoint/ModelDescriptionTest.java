package rope4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelDescriptionTest {

  @TempDir Path folder;

  private ModelDescription describe(GgufWriter writer) {
    try (GgufFile file = GgufFile.open(writer.write(folder))) {
      return ModelDescription.of(file);
    }
  }

  private static GgufWriter.ArrayOf layers(Integer... values) {
    return new GgufWriter.ArrayOf(MetadataType.INT32, List.of(values));
  }

  @Test
  void aPlainFileIsDescribedWithLlamaCppsDefaults() {
    ModelDescription model = describe(GgufWriter.llama());
    assertThat(model.architecture()).isEqualTo("llama");
    assertThat(model.name()).isEmpty();
    assertThat(model.contextLength()).isEqualTo(256);
    assertThat(model.trainedLength()).isEqualTo(256);
    assertThat(model.layers()).isEqualTo(2);
    assertThat(model.heads()).isEqualTo(4);
    assertThat(model.keyValueHeads()).isEqualTo(4);
    assertThat(model.headDimension()).isEqualTo(16);
    assertThat(model.valueDimension()).isEqualTo(16);
    assertThat(model.rotaryDimension()).isEqualTo(16);
    assertThat(model.feedForwardLength()).isEqualTo(96);
    assertThat(model.normEpsilon()).isEqualTo(1e-5f);
    assertThat(model.vocabularySize()).isEqualTo(300);
    assertThat(model.experts()).isZero();
    assertThat(model.rope().base()).isEqualTo(10000);
  }

  @Test
  void theHeadDimensionOfTheFileWins() {
    ModelDescription model =
        describe(
            GgufWriter.llama()
                .put("llama.attention.key_length", MetadataType.UINT32, 32)
                .put("llama.attention.value_length", MetadataType.UINT32, 24));
    assertThat(model.headDimension()).isEqualTo(32);
    assertThat(model.valueDimension()).isEqualTo(24);
    assertThat(model.rotaryDimension()).isEqualTo(32);
  }

  @Test
  void theOriginalLengthIsTheTrainedOne() {
    ModelDescription model =
        describe(
            GgufWriter.llama()
                .put("llama.rope.scaling.original_context_length", MetadataType.UINT32, 64));
    assertThat(model.trainedLength()).isEqualTo(64);
    assertThat(model.contextLength()).isEqualTo(256);
  }

  @Test
  void tokensAreCountedBeforeTheDeclaredNumberIsBelieved() {
    ModelDescription model =
        describe(
            GgufWriter.llama()
                .put(
                    "tokenizer.ggml.tokens",
                    MetadataType.ARRAY,
                    new GgufWriter.ArrayOf(MetadataType.STRING, List.of("a", "b"))));
    assertThat(model.vocabularySize()).isEqualTo(2);
  }

  @Test
  void layersThatAgreeAreOneNumber() {
    ModelDescription model =
        describe(
            GgufWriter.llama()
                .put("llama.attention.head_count_kv", MetadataType.ARRAY, layers(2, 2)));
    assertThat(model.keyValueHeads()).isEqualTo(2);
  }

  @Test
  void layersThatDifferAreNamed() {
    assertThatThrownBy(() ->
            describe(
                GgufWriter.llama()
                    .put("llama.attention.head_count_kv", MetadataType.ARRAY, layers(2, 1))))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(
            "llama.attention.head_count_kv differs from layer to layer (2 and 1)");
  }

  @Test
  void keyHeadsThatDoNotDivideTheQueryHeadsAreAnError() {
    assertThatThrownBy(() ->
            describe(
                GgufWriter.llama().put("llama.attention.head_count_kv", MetadataType.UINT32, 3)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("head_count_kv is 3")
        .hasMessageContaining("4 query heads");
  }

  @Test
  void aSizeOfZeroIsAnError() {
    assertThatThrownBy(() ->
            describe(GgufWriter.llama().put("llama.attention.key_length", MetadataType.UINT32, 0)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("llama.attention.key_length is 0");
  }

  @Test
  void aFileWithoutAnArchitectureIsNoLanguageModel() {
    assertThatThrownBy(() -> describe(new GgufWriter().put("a", MetadataType.UINT8, 1)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("no general.architecture");
  }

  @Test
  void aMissingHyperParameterIsNamed() {
    assertThatThrownBy(() ->
            describe(
                new GgufWriter()
                    .put("general.architecture", MetadataType.STRING, "llama")
                    .put("llama.context_length", MetadataType.UINT32, 256)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("no llama.embedding_length");
  }

  @Test
  void anUnknownScalingTypeIsNamedWithTheKnownOnes() {
    assertThatThrownBy(() ->
            describe(
                GgufWriter.llama().put("llama.rope.scaling.type", MetadataType.STRING, "dynamic")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("llama.rope.scaling.type is 'dynamic'")
        .hasMessageContaining("yarn");
  }

  @Test
  void aNumberThatIsNotFiniteIsAnError() {
    assertThatThrownBy(() ->
            describe(
                GgufWriter.llama().put("llama.rope.freq_base", MetadataType.FLOAT32, Float.NaN)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("llama.rope.freq_base is NaN");
  }

  private ModelDescription describe(GgufWriter writer, Map<String, Object> overrides) {
    try (GgufFile file = GgufFile.open(writer.write(folder))) {
      return ModelDescription.of(file, overrides);
    }
  }

  @Test
  void anOverrideWinsOverTheFileAndAddsWhatItLacks() {
    ModelDescription model =
        describe(
            GgufWriter.llama(),
            Map.of(
                "llama.context_length",
                1024L,
                "llama.rope.freq_base",
                500000.0,
                "llama.rope.scaling.type",
                "yarn",
                "general.name",
                "mine"));
    assertThat(model.contextLength()).isEqualTo(1024);
    assertThat(model.rope().base()).isEqualTo(500000);
    assertThat(model.rope().scalingType()).contains(RopeScalingType.YARN);
    assertThat(model.name()).contains("mine");
  }

  @Test
  void anOverrideOfAnotherTypeIsPassedOver() {
    ModelDescription model =
        describe(
            GgufWriter.llama(),
            Map.of("llama.context_length", 1024.0, "llama.rope.freq_base", 500000L));
    assertThat(model.contextLength()).isEqualTo(256);
    assertThat(model.rope().base()).isEqualTo(10000);
  }

  @Test
  void anOverrideIsANumberATextOrATruthValue() {
    assertThatThrownBy(() -> describe(GgufWriter.llama(), Map.of("a", List.of())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("an override of a can't be");
  }
}

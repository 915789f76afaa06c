package rope4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rope4j.rotation.AttentionScaled;
import rope4j.rotation.FrequencyFactors;
import rope4j.rotation.Linear;
import rope4j.rotation.Pairing;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Unscaled;
import rope4j.rotation.Yarn;

/// llama.cpp's rules of resolution, one by one, as rotations.
class LlamaCppRopeTest {

  @TempDir Path folder;

  private RopeParameters resolve(GgufWriter model, RopeOverrides overrides, int contextLength) {
    try (GgufFile file = GgufFile.open(model.write(folder))) {
      return LlamaCppRope.resolve(ModelDescription.of(file), overrides, contextLength);
    }
  }

  private RopeParameters resolve(GgufWriter model, RopeOverrides overrides) {
    return resolve(model, overrides, 256);
  }

  private static GgufWriter yarnFile() {
    return GgufWriter.llama()
        .put("llama.rope.scaling.type", MetadataType.STRING, "yarn")
        .put("llama.rope.scaling.factor", MetadataType.FLOAT32, 4f)
        .put("llama.rope.scaling.original_context_length", MetadataType.UINT32, 64);
  }

  private static RopeOverrides yarnFlags(double ext, double attention) {
    return new RopeOverrides(
        Optional.of(RopeScalingType.YARN),
        OptionalDouble.empty(),
        OptionalDouble.of(0.25),
        OptionalInt.empty(),
        OptionalDouble.of(ext),
        OptionalDouble.of(attention),
        OptionalDouble.empty(),
        OptionalDouble.empty());
  }

  @Test
  void aPlainFileIsUnscaledInterleavedWithBase10000() {
    assertThat(resolve(GgufWriter.llama(), RopeOverrides.NONE))
        .isEqualTo(new RopeParameters(16, 16, 10000, 256, Pairing.INTERLEAVED, new Unscaled()));
  }

  @Test
  void aFactorWithoutATypeIsLinear() {
    GgufWriter model =
        GgufWriter.llama().put("llama.rope.scaling.factor", MetadataType.FLOAT32, 8f);
    assertThat(resolve(model, RopeOverrides.NONE).scaling()).isEqualTo(new Linear(8));
  }

  @Test
  void theOldKeyScaleLinearIsAFactor() {
    GgufWriter model = GgufWriter.llama().put("llama.rope.scale_linear", MetadataType.FLOAT32, 2f);
    assertThat(resolve(model, RopeOverrides.NONE).scaling()).isEqualTo(new Linear(2));
  }

  @Test
  void aFactorOfZeroIsNone() {
    GgufWriter model =
        GgufWriter.llama().put("llama.rope.scaling.factor", MetadataType.FLOAT32, 0f);
    assertThat(resolve(model, RopeOverrides.NONE).scaling()).isEqualTo(new Unscaled());
  }

  @Test
  void aYarnFileIsYarnOverItsOriginalLength() {
    RopeParameters rope = resolve(yarnFile(), RopeOverrides.NONE);
    assertThat(rope.scaling()).isEqualTo(new Yarn(4, 64));
    assertThat(rope.trainedLength()).isEqualTo(64);
  }

  @Test
  void typeNoneSwitchesTheFactorOffButKeepsTheGivenBase() {
    RopeParameters rope =
        resolve(
            yarnFile(),
            RopeOverrides.NONE.withScalingType(RopeScalingType.NONE).withFrequencyBase(40000));
    assertThat(rope.scaling()).isEqualTo(new Unscaled());
    assertThat(rope.base()).isEqualTo(40000);
  }

  @Test
  void aGivenOriginalContextMovesTheRampOnly() {
    RopeParameters rope = resolve(yarnFile(), RopeOverrides.NONE.withYarnOriginalContext(128));
    assertThat(rope.scaling()).isEqualTo(new Yarn(4, 128));
    assertThat(rope.trainedLength()).isEqualTo(64);
  }

  @Test
  void aGivenAttentionFactorIsDiscardedWhereYarnIsActive() {
    assertThat(resolve(GgufWriter.llama(), yarnFlags(-1, 1.3)).scaling())
        .isEqualTo(new Yarn(4, 256));
  }

  @Test
  void aGivenAttentionFactorActsWithoutExtrapolation() {
    AttentionScaled scaling =
        (AttentionScaled) resolve(GgufWriter.llama(), yarnFlags(0, 1.3)).scaling();
    assertThat(scaling.scaling()).isEqualTo(new Linear(4));
    assertThat(scaling.attentionFactor()).isCloseTo(1.3, within(1e-6));
  }

  @Test
  void theFilesAttentionFactorMultipliesYarnsOwn() {
    GgufWriter model =
        yarnFile().put("llama.rope.scaling.attn_factor", MetadataType.FLOAT32, 1.25f);
    assertThat(resolve(model, RopeOverrides.NONE).frequencies(256).attentionFactor())
        .isCloseTo(1.25 * (1 + 0.1 * Math.log(4)), within(1e-6));
  }

  @Test
  void theFilesAttentionFactorActsUnderTypeNoneToo() {
    GgufWriter model =
        GgufWriter.llama().put("llama.rope.scaling.attn_factor", MetadataType.FLOAT32, 1.25f);
    assertThat(resolve(model, RopeOverrides.NONE.withScalingType(RopeScalingType.NONE)).scaling())
        .isEqualTo(new AttentionScaled(new Unscaled(), 1.25));
  }

  @Test
  void betasInAFileAreIgnoredForLlama() {
    GgufWriter model =
        yarnFile().put("llama.rope.scaling.yarn_beta_fast", MetadataType.FLOAT32, 4f);
    assertThat(resolve(model, RopeOverrides.NONE).scaling()).isEqualTo(new Yarn(4, 64));
  }

  @Test
  void frequencyFactorsStayUnderEveryType() {
    GgufWriter model = GgufWriter.llama().floats("rope_freqs.weight", 1, 1, 1, 2, 4, 8, 8, 8);
    double[] divisors = {1, 1, 1, 2, 4, 8, 8, 8};
    assertThat(resolve(model, RopeOverrides.NONE).scaling())
        .isEqualTo(new FrequencyFactors(divisors, new Unscaled()));
    assertThat(
            resolve(model, RopeOverrides.NONE.withScalingType(RopeScalingType.LINEAR).withScale(4))
                .scaling())
        .isEqualTo(new FrequencyFactors(divisors, new Linear(4)));
  }

  @Test
  void longFactorsReplaceShortOnesWhenThePaddedContextIsLongerThanTheOriginal() {
    GgufWriter model =
        GgufWriter.llama()
            .put("llama.rope.scaling.type", MetadataType.STRING, "longrope")
            .put("llama.rope.scaling.original_context_length", MetadataType.UINT32, 300)
            .floats("rope_factors_short.weight", 1, 1, 1, 1, 1, 1, 1, 1)
            .floats("rope_factors_long.weight", 2, 2, 2, 2, 2, 2, 2, 2);
    assertThat(resolve(model, RopeOverrides.NONE, 256).frequencies(256).inverse(0)).isEqualTo(1);
    // 257 tokens are padded to 512.
    assertThat(resolve(model, RopeOverrides.NONE, 257).frequencies(257).inverse(0)).isEqualTo(0.5);
  }

  @Test
  void tooFewFrequencyFactorsAreAnError() {
    GgufWriter model = GgufWriter.llama().floats("rope_freqs.weight", 1, 1, 1);
    assertThatThrownBy(() -> resolve(model, RopeOverrides.NONE))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("3 frequency factors")
        .hasMessageContaining("8 pairs");
  }

  @Test
  void aLlamaWithPartialRotationIsAnErrorAsInLlamaCpp() {
    GgufWriter model = GgufWriter.llama().put("llama.rope.dimension_count", MetadataType.UINT32, 8);
    assertThatThrownBy(() -> resolve(model, RopeOverrides.NONE))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("llama.rope.dimension_count is 8")
        .hasMessageContaining("16");
  }

  @Test
  void anUnknownArchitectureIsNamedWithTheKnownOnes() {
    GgufWriter model =
        new GgufWriter()
            .put("general.architecture", MetadataType.STRING, "another")
            .put("another.context_length", MetadataType.UINT32, 256)
            .put("another.embedding_length", MetadataType.UINT32, 64)
            .put("another.block_count", MetadataType.UINT32, 2)
            .put("another.feed_forward_length", MetadataType.UINT32, 96)
            .put("another.attention.head_count", MetadataType.UINT32, 4)
            .put("another.attention.layer_norm_rms_epsilon", MetadataType.FLOAT32, 1e-5f)
            .put("another.vocab_size", MetadataType.UINT32, 300);
    assertThatThrownBy(() -> resolve(model, RopeOverrides.NONE))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("'another'")
        .hasMessageContaining("llama");
  }

  @Test
  void aBaseOfOneIsOneSentence() {
    GgufWriter model = GgufWriter.llama().put("llama.rope.freq_base", MetadataType.FLOAT32, 1f);
    assertThatThrownBy(() -> resolve(model, RopeOverrides.NONE))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("base")
        .hasMessageContaining("1.0");
  }

  @Test
  void aScaleOfZeroIsRefusedWithTheFlagsName() {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> RopeOverrides.NONE.withScale(0))
        .withMessageContaining("--rope-scale")
        .withMessageContaining("0");
  }
}

package rope4j.rotation;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rope4j.rotation.dialect.RopeSettings;
import rope4j.rotation.dialect.TransformersDialect;
import rope4j.rotation.dialect.VllmDialect;

/// Wrong parameters are refused with what was given, what is allowed and the configuration key.
class BadParametersTest {

  private static void refused(ThrowingCallable call, String... words) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(words);
  }

  private static RopeParameters parameters(int head, int rotary, double base) {
    return new RopeParameters(head, rotary, base, 4096, Pairing.HALF, new Unscaled());
  }

  @Test
  void anOddRotaryDimension() {
    refused(() -> parameters(64, 25, 10000), "25", "even", "rope.dimension_count");
  }

  @Test
  void aRotaryDimensionAboveTheHeadDimension() {
    refused(() -> parameters(64, 66, 10000), "66", "64");
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 0, -5, Double.NaN, Double.POSITIVE_INFINITY})
  void aBaseThatIsNotAboveOne(double base) {
    refused(() -> parameters(64, 64, base), "rope_theta", "rope.freq_base", "" + base);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -2, Double.NaN, Double.POSITIVE_INFINITY})
  void aFactorThatIsNotAboveZero(double factor) {
    refused(() -> new Linear(factor), "factor", "above 0", "" + factor);
    refused(() -> new NtkAware(factor), "factor", "above 0", "" + factor);
    refused(() -> new NtkFixed(factor), "factor", "above 0", "" + factor);
    refused(() -> new NtkMixed(factor, 0.6), "factor", "above 0", "" + factor);
    refused(() -> new NtkByParts(factor, 4096), "factor", "above 0", "" + factor);
    refused(() -> new PartNtk(factor, 4096), "factor", "above 0", "" + factor);
    refused(() -> new Yarn(factor, 4096), "factor", "above 0", "" + factor);
    refused(() -> new DynamicNtk(factor, 4096), "factor", "above 0", "" + factor);
    refused(() -> new Llama3(factor, 4096, 1, 4), "factor", "above 0", "" + factor);
    refused(() -> new Proportional(4, factor), "factor", "above 0", "" + factor);
    refused(() -> new NtkAlpha(factor), "alpha", "above 0", "" + factor);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1})
  void anOriginalLengthThatIsNotAboveZero(int length) {
    String key = "original_max_position_embeddings";
    refused(() -> new Yarn(4, length), key, "" + length);
    refused(() -> new Llama3(8, length, 1, 4), key, "" + length);
    refused(() -> new DynamicNtk(2, length), key, "" + length);
    refused(() -> new LongRope(new double[1], new double[1], length, 1), "short_factor");
    refused(() -> new LongRope(new double[] {1}, new double[] {1}, length, 1), key, "" + length);
  }

  @Test
  void aFactorListOfTheWrongLength() {
    double[] four = {1, 1, 1, 1};
    LongRope scaling = new LongRope(four, four, 4096, 1);
    refused(() -> scaling.frequencies(parameters(64, 64, 10000), 1), "4", "short_factor", "32");
    refused(() -> scaling.frequencies(parameters(64, 64, 10000), 5000), "4", "long_factor", "32");
    refused(
        () -> new FrequencyFactors(four, new Unscaled()).frequencies(parameters(64, 64, 10000), 1),
        "4",
        "32");
    refused(() -> new LongRope(four, new double[] {1}, 4096, 1), "short_factor", "long_factor");
  }

  @Test
  void aDivisorThatIsNotAboveZero() {
    double[] wrong = {1, 0};
    refused(() -> new LongRope(wrong, wrong, 4096, 1), "short_factor", "pair 1", "0.0");
    refused(() -> new FrequencyFactors(wrong, new Unscaled()), "pair 1", "0.0");
  }

  @Test
  void aHighFrequencyFactorBelowTheLowOne() {
    refused(() -> new Llama3(8, 8192, 4, 1), "high_freq_factor", "low_freq_factor", "4.0", "1.0");
  }

  @Test
  void ntkAtARotaryDimensionOfTwo() {
    refused(() -> new NtkAware(2).frequencies(parameters(4, 2, 10000), 1), "above 2", "linear");
  }

  @Test
  void anUnknownTypeListsTheKnownOnes() {
    RopeSettings settings = RopeSettings.of(Map.of("rope_type", "su"));
    refused(
        () -> TransformersDialect.scaling(settings, 64, 4096),
        "su",
        "Transformers",
        "default, linear, dynamic, yarn, longrope, llama3, proportional");
    refused(() -> VllmDialect.rope(settings, 64, 4096, Pairing.HALF, 4096), "su", "vLLM", "yarn");
  }

  @Test
  void aMissingKeyIsNamed() {
    refused(
        () -> TransformersDialect.scaling(RopeSettings.of(Map.of("type", "linear")), 64, 4096),
        "linear",
        "factor",
        "missing");
    refused(
        () ->
            TransformersDialect.scaling(
                RopeSettings.of(Map.of("rope_type", "yarn", "factor", 4)), 64, 4096),
        "yarn",
        "original_max_position_embeddings",
        "missing");
  }

  @Test
  void aKeyOfTheWrongKindIsNamed() {
    refused(
        () ->
            TransformersDialect.scaling(
                RopeSettings.of(Map.of("rope_type", "linear", "factor", "4")), 64, 4096),
        "factor",
        "a number",
        "4");
    Map<String, Object> longRope = new HashMap<>();
    longRope.put("rope_type", "longrope");
    longRope.put("original_max_position_embeddings", 4096);
    longRope.put("short_factor", 1);
    longRope.put("long_factor", List.of(1, 2));
    refused(
        () -> TransformersDialect.scaling(RopeSettings.of(longRope), 64, 4096),
        "short_factor",
        "a list of numbers");
  }

  @Test
  void llamaCppHasNoUnroundedRamp() {
    Yarn yarn = new Yarn(4, 4096, 32, 1, false, 1, java.util.OptionalDouble.empty());
    refused(
        () -> Rotation.of(parameters(64, 64, 10000).withScaling(yarn), 4096, Precision.LLAMA_CPP),
        "truncate=false",
        "llama.cpp");
  }

  @Test
  void anExemptionOfStartTokensInsideAnotherRule() {
    Scaling exempting = new StartTokensUnscaled(new Linear(2), 4);
    refused(() -> new AttentionScaled(exempting, 1.1), "outermost");
    refused(() -> new Resonance(exempting), "outermost");
    refused(() -> new FrequencyFactors(new double[] {1}, exempting), "outermost");
    refused(() -> new StartTokensUnscaled(exempting, 2), "outermost");
  }

  @Test
  void axesForAnotherNumberOfPairs() {
    Rotation rotation = Rotation.of(parameters(64, 64, 10000), 1, Precision.EXACT);
    refused(() -> rotation.withAxes(PairAxes.sections(2, 3, 3)), "mrope_section", "8", "32");
  }

  @Test
  void aTableOfAnotherPairingOrSize() {
    Rotation half = Rotation.of(parameters(64, 64, 10000), 1, Precision.EXACT);
    Rotation small = Rotation.of(parameters(64, 32, 10000), 1, Precision.EXACT);
    refused(() -> small.fill(half.table(1), 0, 1), "32", "16");
    refused(() -> half.fill(half.table(1), 0, 2), "1", "2");
  }
}

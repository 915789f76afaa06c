package rope4j.checkpoint.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.config.ConfigWarning.Kind;
import tools.jackson.databind.JsonNode;

/// Configurations after Transformers' normalisation: aliases, priorities, defaults of the classes,
/// what is refused and what is only warned about.
class HuggingFaceConfigGoldenTest {

  static Stream<Goldens.Case> cases() {
    return Goldens.cases("hf_config");
  }

  static Stream<Goldens.Case> accepted() {
    return cases().filter(golden -> !golden.expect().has("raises"));
  }

  static Stream<Goldens.Case> refused() {
    return cases().filter(golden -> golden.expect().has("raises"));
  }

  @ParameterizedTest
  @MethodSource("accepted")
  void ropeParametersAreNormalised(Goldens.Case golden) {
    TextConfig config = Goldens.config(golden.get("config")).text();
    Goldens.assertSame(
        Goldens.tree(RopeNormaliser.normalise(config).ropeParameters()),
        golden.expect().get("rope_parameters"),
        golden.id());
  }

  @ParameterizedTest
  @MethodSource("accepted")
  void theHeadDimensionIsTheClasss(Goldens.Case golden) {
    JsonNode expected = golden.expect().get("head_dim");
    assertThat(Goldens.config(golden.get("config")).text().headDimensionAttribute())
        .isEqualTo(expected.isNull() ? OptionalInt.empty() : OptionalInt.of(expected.asInt()));
  }

  @ParameterizedTest
  @MethodSource("accepted")
  void layerListsAreTheClasss(Goldens.Case golden) {
    TextConfig config = Goldens.config(golden.get("config")).text();
    JsonNode expected = golden.expect();
    if (expected.hasNonNull("layer_types")) {
      Goldens.assertSame(
          Goldens.tree(config.layerTypes()), expected.get("layer_types"), golden.id());
    }
    if (expected.hasNonNull("no_rope_layers")) {
      Goldens.assertSame(
          Goldens.tree(config.noRopeLayers().orElseThrow()),
          expected.get("no_rope_layers"),
          golden.id());
    }
    if (expected.hasNonNull("per_layer_config")) {
      Goldens.assertSame(
          Goldens.tree(config.perLayerConfig()), expected.get("per_layer_config"), golden.id());
    }
  }

  @ParameterizedTest
  @MethodSource("accepted")
  void warningsAreOfTransformersKinds(Goldens.Case golden) {
    TextConfig config = Goldens.config(golden.get("config")).text();
    assertThat(RopeNormaliser.normalise(config).warnings())
        .extracting(ConfigWarning::kind)
        .containsExactlyInAnyOrderElementsOf(expectedKinds(golden));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatTransformersRefusesIsRefused(Goldens.Case golden) {
    TextConfig config = Goldens.config(golden.get("config")).text();
    Throwable thrown = catchThrowable(() -> RopeNormaliser.normalise(config));
    boolean missingKey = golden.expect().get("raises").asString().equals("KeyError");
    assertThat(thrown)
        .as(golden.id())
        .isInstanceOf(CheckpointException.class)
        .satisfies(it -> assertThat(it instanceof MissingKeyException).isEqualTo(missingKey));
  }

  static Iterable<Kind> expectedKinds(Goldens.Case golden) {
    return golden.expect().path("warnings").valueStream().map(w -> kind(w.asString())).toList();
  }

  private static Kind kind(String message) {
    return switch (message) {
      case String m when m.startsWith("Unrecognized keys") -> Kind.UNRECOGNISED_KEYS;
      case String m when m.startsWith("Missing validation function") -> Kind.UNKNOWN_TYPE;
      case String m when m.startsWith("The explicitly set RoPE scaling factor") ->
          Kind.FACTOR_MISMATCH;
      case String m when m.startsWith("This model config has set") -> Kind.RATIO_DECIDES;
      case String m when m.contains("field must have length") -> Kind.LIST_LENGTH;
      case String m when m.contains("field must be greater than") -> Kind.ORDER;
      case String m when m.contains("partial_rotary_factor is None") -> Kind.NO_PARTIAL;
      case String m when m.contains("field must be a") || m.contains("field must be less than") ->
          Kind.OUT_OF_RANGE;
      case String m -> throw new AssertionError("unknown kind of warning: " + m);
    };
  }
}

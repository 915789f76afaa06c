package rope4j.checkpoint.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rope4j.rotation.dialect.GgufRope;
import tools.jackson.databind.JsonNode;

/// From a config.json to the keys and tensors llama.cpp's converter writes.
class GgufConversionGoldenTest {

  static Stream<Goldens.Case> cases() {
    return Goldens.cases("gguf_conversion");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void keysAreTheConverters(Goldens.Case golden) {
    Goldens.assertSame(
        Goldens.tree(converted(golden).keys()), golden.expect().get("kv"), golden.id());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void tensorsAreTheConverters(Goldens.Case golden) {
    GgufRope written = converted(golden);
    JsonNode expected = golden.expect().get("tensors");
    assertThat(written.tensors().keySet())
        .containsExactlyInAnyOrderElementsOf(expected.propertyNames());
    written
        .tensors()
        .forEach((name, values) -> {
          double[] wide = new double[values.length];
          for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
          }
          Goldens.assertRelative(wide, Goldens.doubles(expected.get(name)), 1e-6, name);
        });
  }

  private static GgufRope converted(Goldens.Case golden) {
    return ConvertedModel.converted(Goldens.config(golden.get("hf_config")).text());
  }
}

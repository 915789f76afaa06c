package rope4j.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rope4j.rotation.absolute.PixelFrequencies;
import tools.jackson.databind.JsonNode;

/// xPos, pixel and axial frequencies of rotary-embedding-torch and flash-attention.
class XPosAndAxialGoldenTest {

  static Stream<Goldens.Case> cases() {
    return Goldens.cases("xpos_and_axial");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void sequencesAreRotatedAsTheLibrariesDo(Goldens.Case golden) {
    assertThat(golden.group()).isEqualTo("xpos");
    if (golden.expect().has("angles")) {
      axial(golden);
    } else {
      sequence(golden);
    }
  }

  private static void sequence(Goldens.Case golden) {
    requireKnown(golden);
    int d = golden.get("dim").asInt();
    int length = golden.get("seq_len").asInt();
    RopeParameters parameters =
        new RopeParameters(
            d,
            d,
            golden
                .node()
                .path("theta")
                .asDouble(golden.node().path("params").path("theta").asDouble(10000)),
            2048,
            Pairing.valueOf(golden.get("pairing").asString().toUpperCase()),
            scaling(golden, d));
    double[] inverse = parameters.frequencies(1).inverse();
    if (golden.expect().has("freqs")) {
      double[] engine = Goldens.widened(golden.expect().get("freqs"));
      Goldens.assertRelative(inverse, engine, 4e-7, golden.id());
      inverse = engine;
    }
    // Interpolation divides positions there, so that the library's frequencies do not show it.
    double factor =
        golden
            .node()
            .path("params")
            .path("interpolate_factor")
            .asDouble(golden.node().path("interpolate_factor").asDouble(1));
    for (int i = 0; i < inverse.length; i++) {
      inverse[i] /= factor;
    }
    if (factor != 1 || golden.expect().has("freqs")) {
      parameters = parameters.withScaling(new ExplicitFrequencies(inverse, 1));
    }
    Rotation rotation = Rotation.of(parameters, 1, Precision.TRANSFORMERS);
    CosSin table = rotation.table(length);
    rotation.fill(table, 0, length);
    CosSin keys = rotation.table(length);
    rotation.fill(keys, 0, length);
    if (golden.has("scale_base")) {
      XPos xPos = XPos.centredOn(d, golden.get("scale_base").asDouble(), length);
      xPos.scaleQueries(table, 0);
      xPos.scaleKeys(keys, 0);
    }
    check(golden, rotation, table, "q");
    if (golden.has("k")) {
      check(golden, rotation, keys, "k");
    }
  }

  /// A key that no one here reads would be a case that says more than it tests.
  private static void requireKnown(Goldens.Case golden) {
    assertThat(golden.node().path("params").propertyNames())
        .as(golden.id())
        .isSubsetOf(
            Set.of(
                "freqs_for",
                "theta",
                "theta_rescale_factor",
                "interpolate_factor",
                "max_freq",
                "num_freqs",
                "dim"));
    assertThat(golden.expect().propertyNames())
        .as(golden.id())
        .isSubsetOf(Set.of("freqs", "q_rot", "k_rot"));
  }

  private static Scaling scaling(Goldens.Case golden, int d) {
    JsonNode params = golden.node().path("params");
    double[] inverse = new double[d / 2];
    return switch (params.path("freqs_for").asString("lang")) {
      case "lang" ->
          params.has("theta_rescale_factor")
              ? new NtkAware(params.get("theta_rescale_factor").asDouble())
              : new Unscaled();
      case "pixel" ->
          new ExplicitFrequencies(PixelFrequencies.of(d / 2, params.get("max_freq").asDouble()), 1);
      case "constant" -> {
        Arrays.fill(inverse, 1);
        yield new ExplicitFrequencies(inverse, 1);
      }
      case String kind -> throw new AssertionError(golden.id() + ": unknown " + kind);
    };
  }

  private static void check(Goldens.Case golden, Rotation rotation, CosSin table, String in) {
    JsonNode rows = golden.get(in);
    JsonNode expected = golden.expect().get(in + "_rot");
    for (int t = 0; t < rows.size(); t++) {
      float[] y = Goldens.floats(rows.get(t));
      rotation.rotate(y, 0, 1, table, t, 1);
      Goldens.assertAbsolute(y, Goldens.floats(expected.get(t)), 2e-6, golden.id());
    }
  }

  private static void axial(Goldens.Case golden) {
    JsonNode params = golden.get("params");
    assertThat(params.get("freqs_for").asString()).isEqualTo("pixel");
    double[] frequencies =
        PixelFrequencies.of(params.get("dim").asInt() / 2, params.get("max_freq").asDouble());
    JsonNode rows = golden.expect().get("angles");
    int[] shape = {rows.size(), rows.get(0).size()};
    for (int r = 0; r < shape[0]; r++) {
      for (int c = 0; c < shape[1]; c++) {
        double[] angles = PixelFrequencies.axialAngles(frequencies, new int[] {r, c}, shape);
        double[] expected = Goldens.doubles(rows.get(r).get(c));
        for (int i = 0; i < expected.length; i++) {
          // Each angle stands twice, for the even and the odd channel of its pair.
          assertThat(angles[i / 2])
              .as(golden.id())
              .isCloseTo(expected[i], org.assertj.core.api.Assertions.within(2e-6));
        }
      }
    }
  }
}

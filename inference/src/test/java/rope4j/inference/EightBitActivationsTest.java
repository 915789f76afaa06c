package rope4j.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import rope4j.checkpoint.RopeOverrides;
import rope4j.inference.SessionOptions.Activations;
import rope4j.inference.kernel.Kernels;

/// Sessions that round what is multiplied with weights of four bits.
class EightBitActivationsTest {

  private static final Path EVERY_TYPE = Path.of("src/test/resources/quantized/every-type.gguf");
  private static final SessionOptions EIGHT_BITS =
      SessionOptions.EXACT.withActivations(Activations.EIGHT_BITS);
  private static final int[] TOKENS = {1, 5, 9, 3, 7, 2, 8, 6, 4, 10, 11, 5, 3, 9, 1, 2, 7, 7, 6};

  @Test
  void tokenByTokenGivesTheSameAsAllAtOnce() {
    for (Kernels kernels : List.of(Kernels.best(), Kernels.scalar())) {
      try (Model model = Model.load(EVERY_TYPE, 2, kernels)) {
        float[] atOnce = session(model, EIGHT_BITS).feed(TOKENS).clone();
        Session session = session(model, EIGHT_BITS);
        float[] last = {};
        for (int token : TOKENS) {
          last = session.feed(token);
        }
        assertClose(last, atOnce, 1e-4f);
      }
    }
  }

  @Test
  void integersGiveWhatRoundedFloatsGive() {
    float[][] logits = new float[2][];
    List<Kernels> both = List.of(Kernels.best(), Kernels.scalar());
    for (int i = 0; i < 2; i++) {
      try (Model model = Model.load(EVERY_TYPE, 2, both.get(i))) {
        logits[i] = session(model, EIGHT_BITS).feed(TOKENS).clone();
      }
    }
    assertClose(logits[0], logits[1], 1e-4f);
  }

  @Test
  void roundingMovesLogitsALittle() {
    try (Model model = Model.load(EVERY_TYPE)) {
      float[] rounded = session(model, EIGHT_BITS).feed(TOKENS).clone();
      float[] exact = session(model, SessionOptions.EXACT).feed(TOKENS).clone();
      assertThat(rounded).isNotEqualTo(exact);
      float largest = 0;
      for (float logit : exact) {
        largest = Math.max(largest, Math.abs(logit));
      }
      assertClose(rounded, exact, 0.05f * largest);
    }
  }

  @Test
  void modelsWithoutWeightsOfFourBitsStayAsTheyAre() {
    try (Model model = Zoo.load("llama-gqa")) {
      float[] rounded = session(model, EIGHT_BITS).feed(TOKENS).clone();
      assertThat(rounded).isEqualTo(session(model, SessionOptions.EXACT).feed(TOKENS));
    }
  }

  private static Session session(Model model, SessionOptions options) {
    return model.session(model.rotation(RopeOverrides.NONE, 64), 64, options);
  }

  private static void assertClose(float[] actual, float[] expected, float tolerance) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat(actual[i]).as("logit %d", i).isCloseTo(expected[i], within(tolerance));
    }
  }
}

package rope4j.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import rope4j.inference.LogitsObserver;
import rope4j.inference.Model;
import rope4j.inference.ModelRotation;

class ControlTest {

  @Test
  void everyPredictionSeesBetweenHalfAndTheWholeOfTheTrainedLength() {
    int trained = 64;
    int[] window = Zoo.tokens(200);
    try (Model model = Zoo.llamaGqa()) {
      ModelRotation rotation = original(model, window.length);
      double[] nll =
          new Control(trained)
              .score(model.scorer(), window, rotation, LogitsObserver.NONE, _ -> {});
      assertThat(nll).hasSize(window.length - 1);
      for (int p = 0; p < nll.length; p++) {
        // The segment that predicts the token after p starts at the last multiple of half the
        // trained length from which
        // p was already in the second half.
        int start = p < trained - 1 ? 0 : (p - (trained - 1)) / 32 * 32 + 32;
        int end = Math.min(start + trained, window.length);
        double[] segment = model.scorer().score(Arrays.copyOfRange(window, start, end), rotation);
        assertThat(nll[p]).as("position %d", p).isCloseTo(segment[p - start], within(1e-6));
        assertThat(p - start + 1).isLessThanOrEqualTo(trained);
      }
    }
  }

  @Test
  void itsCostIsWhatItComputesAndAtMostTwoTokensPerToken() {
    try (Model model = Zoo.llamaGqa()) {
      for (int length : new int[] {65, 96, 97, 128, 200, 333}) {
        long[] computed = {0};
        Control control = new Control(64);
        control.score(
            model.scorer(),
            Zoo.tokens(length),
            original(model, length),
            LogitsObserver.NONE,
            n -> computed[0] += n);
        assertThat(control.cost(length)).isEqualTo(computed[0]).isLessThanOrEqualTo(2L * length);
      }
    }
  }

  @Test
  void theCostStaysBelowTwiceTheTextForAnyLengths() {
    Random random = new Random(9);
    for (int n = 0; n < 2000; n++) {
      int trained = random.nextInt(2, 5000);
      int length = trained + random.nextInt(1, 100_000);
      assertThat(new Control(trained).cost(length))
          .as("trained on %d, %d tokens", trained, length)
          .isGreaterThanOrEqualTo(length)
          .isLessThanOrEqualTo(2L * length);
    }
  }

  private static ModelRotation original(Model model, int length) {
    return model.rotation(Strategy.unscaled().flags(), length);
  }
}

package rope4j.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import rope4j.inference.LogitsObserver;

class ShortDamageMeterTest {

  @Test
  void divergenceIsThatOfTheSoftmax() {
    // p = (1/2, 1/2), q = (1/4, 3/4): KL = 1/2 ln 2 + 1/2 ln 2/3.
    float[] p = {5, 5};
    float[] q = {0, (float) Math.log(3)};
    assertThat(Divergence.nats(p, q))
        .isCloseTo(0.5 * Math.log(2) + 0.5 * Math.log(2.0 / 3), within(1e-7));
  }

  @Test
  void equalLogitsUpToAConstantDoNoDamage() {
    assertThat(Divergence.nats(new float[] {1, 2, 3}, new float[] {11, 12, 13}))
        .isCloseTo(0, within(1e-12));
  }

  @Test
  void comparesPositionByPositionBelowTheTrainedLength() {
    ShortDamageMeter meter = new ShortDamageMeter(3, 1, 2);
    feed(meter.keepOriginal(0), new float[][] {{1, 0}, {0, 1}, {1, 0}, {9, 9}});
    ShortDamageMeter.Comparison comparison = meter.comparison(0);
    feed(comparison.observer(), new float[][] {{1, 0}, {1, 0}, {1, 0}, {0, 5}});
    ShortDamageMeter.Sum sum = new ShortDamageMeter.Sum();
    sum.add(comparison.values());
    ShortDamage damage = sum.result();
    double flipped = Divergence.nats(new float[] {0, 1}, new float[] {1, 0});
    // Positions 1 and 2: at position 0 no rotation matters, position 3 is past the trained length.
    assertThat(damage.positions()).isEqualTo(2);
    assertThat(damage.meanKl()).isCloseTo(flipped / 2, within(1e-12));
    assertThat(damage.kl99()).isCloseTo(flipped, within(1e-12));
    assertThat(damage.topAgreement()).isCloseTo(1.0 / 2, within(1e-12));
  }

  @Test
  void memoryIsBoundedAndPositionsAreSpreadHoweverLargeTheText() {
    for (int[] shape :
        new int[][] {
          {8192, 2, 128_256},
          {256, 700, 32_000},
          {512, 586, 32_000},
          {2048, 305, 32_000},
          {8192, 1000, 128_256}
        }) {
      int trained = shape[0];
      ShortDamageMeter meter = new ShortDamageMeter(trained, shape[1], shape[2]);
      long kept = 0;
      double sum = 0;
      for (int window = 0; window < shape[1]; window++) {
        LogitsObserver observer = meter.keepOriginal(window);
        for (int p = 0; p < trained; p++) {
          if (observer.wants(p)) {
            kept++;
            sum += p;
          }
        }
      }
      assertThat(kept * shape[2]).isBetween(15L << 20, 17L << 20);
      assertThat(sum / kept).isBetween(0.4 * trained, 0.6 * trained);
    }
  }

  private static void feed(LogitsObserver observer, float[][] rows) {
    for (int p = 0; p < rows.length; p++) {
      if (observer.wants(p)) {
        observer.accept(p, rows[p]);
      }
    }
  }
}

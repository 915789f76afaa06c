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
    assertThat(ShortDamageMeter.divergence(p, q))
        .isCloseTo(0.5 * Math.log(2) + 0.5 * Math.log(2.0 / 3), within(1e-7));
  }

  @Test
  void equalLogitsUpToAConstantDoNoDamage() {
    assertThat(ShortDamageMeter.divergence(new float[] {1, 2, 3}, new float[] {11, 12, 13}))
        .isCloseTo(0, within(1e-12));
  }

  @Test
  void comparesPositionByPositionBelowTheTrainedLength() {
    ShortDamageMeter meter = new ShortDamageMeter(3, 1, 2);
    feed(meter.keepOriginal(), new float[][] {{1, 0}, {0, 1}, {1, 0}, {9, 9}});
    ShortDamageMeter.Comparison comparison = meter.comparison();
    feed(comparison.observe(0), new float[][] {{1, 0}, {1, 0}, {1, 0}, {0, 5}});
    ShortDamage damage = comparison.result();
    double flipped = ShortDamageMeter.divergence(new float[] {0, 1}, new float[] {1, 0});
    assertThat(damage.positions()).isEqualTo(3);
    assertThat(damage.meanKl()).isCloseTo(flipped / 3, within(1e-12));
    assertThat(damage.topAgreement()).isCloseTo(2.0 / 3, within(1e-12));
  }

  @Test
  void aLargeVocabularyIsSampledEvenlySoThatMemoryIsBounded() {
    int vocabulary = 128_256;
    int trained = 8192;
    ShortDamageMeter meter = new ShortDamageMeter(trained, 2, vocabulary);
    LogitsObserver observer = meter.keepOriginal();
    long kept = 0;
    int last = 0;
    for (int p = 0; p < trained; p++) {
      if (observer.wants(p)) {
        kept++;
        last = p;
      }
    }
    assertThat(2 * kept * vocabulary).isBetween(8L << 20, 17L << 20);
    assertThat(last).isGreaterThan(trained * 9 / 10);
  }

  private static void feed(LogitsObserver observer, float[][] rows) {
    for (int p = 0; p < rows.length; p++) {
      if (observer.wants(p)) {
        observer.accept(p, rows[p]);
      }
    }
  }
}

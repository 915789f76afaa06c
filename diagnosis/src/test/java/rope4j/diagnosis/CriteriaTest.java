package rope4j.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import rope4j.diagnosis.Verdict.Level;

class CriteriaTest {

  private static final double UNSURE = 10;
  private static final double SURE = 0.01;

  @Test
  void holdsWhereNoBucketIsWorseThanTheControl() {
    assertThat(judge(bucket(0, SURE), bucket(0.05, SURE), bucket(-1, SURE)))
        .isEqualTo(new Verdict(Level.HOLDS, OptionalInt.empty(), OptionalInt.empty()));
  }

  @Test
  void degradesFromTheFirstBucketATenthWorseInPerplexity() {
    assertThat(judge(bucket(0, SURE), bucket(0.2, SURE), bucket(0.3, SURE)))
        .isEqualTo(new Verdict(Level.DEGRADES, OptionalInt.of(100), OptionalInt.of(100)));
  }

  @Test
  void breaksAtTheFirstBucketTwiceAsBadAndRemembersWhereItBeganToDegrade() {
    assertThat(judge(bucket(0, SURE), bucket(0.2, SURE), bucket(0.8, SURE)))
        .isEqualTo(new Verdict(Level.BREAKS, OptionalInt.of(200), OptionalInt.of(100)));
  }

  @Test
  void aDifferenceThatMayBeChanceDoesNotCount() {
    assertThat(judge(bucket(0.8, UNSURE)).level()).isEqualTo(Level.HOLDS);
  }

  @Test
  void aBucketThatWouldMakeItWorseIfItWereNotChanceIsNamed() {
    assertThat(undecided(bucket(0, SURE), bucket(0.2, UNSURE), bucket(0.8, UNSURE))).hasValue(100);
    assertThat(undecided(bucket(0.2, SURE), bucket(0.3, UNSURE), bucket(0.8, UNSURE)))
        .hasValue(200);
    assertThat(undecided(bucket(0.2, SURE), bucket(0.3, UNSURE))).isEmpty();
    assertThat(undecided(bucket(0.05, UNSURE))).isEmpty();
    assertThat(undecided(bucket(0.8, SURE), bucket(0.9, UNSURE))).isEmpty();
  }

  @Test
  void aSingleValueProvesNothing() {
    Interval one = new Interval(-3, -3, -3, 1);
    Bucket bucket = new Bucket(0, 1, one, one, one);
    assertThat(Criteria.DEFAULT.judge(List.of(bucket)).level()).isEqualTo(Level.HOLDS);
  }

  @Test
  void theThresholdsCanBeSet() {
    Criteria lenient = new Criteria(0.5, 3);
    assertThat(lenient.judge(List.of(at(0, bucket(0.4, SURE)))).level()).isEqualTo(Level.HOLDS);
    assertThat(lenient.judge(List.of(at(0, bucket(0.9, SURE)))).level()).isEqualTo(Level.DEGRADES);
  }

  @Test
  void thresholdsThatMakeNoSenseAreNamed() {
    assertThatThrownBy(() -> new Criteria(0.7, 0.1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0.7 and 0.1");
    assertThatThrownBy(() -> new Criteria(Double.NaN, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private record Excess(double mean, double spread) {}

  private static Excess bucket(double excess, double spread) {
    return new Excess(excess, spread);
  }

  private static Bucket at(int from, Excess excess) {
    Interval level = new Interval(1, 0.9, 1.1, 9);
    return new Bucket(
        from,
        from + 100,
        level,
        level,
        new Interval(-excess.mean, -excess.mean - excess.spread, -excess.mean + excess.spread, 9));
  }

  private static List<Bucket> buckets(Excess... excesses) {
    List<Bucket> buckets = new ArrayList<>();
    for (Excess excess : excesses) {
      buckets.add(at(100 * buckets.size(), excess));
    }
    return buckets;
  }

  private static Verdict judge(Excess... excesses) {
    return Criteria.DEFAULT.judge(buckets(excesses));
  }

  private static Optional<Integer> undecided(Excess... excesses) {
    return Criteria.DEFAULT.undecided(buckets(excesses)).map(Bucket::from);
  }
}

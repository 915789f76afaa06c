package rope4j.rotation.position;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/// Which distance each remapping puts in place of the true one.
class RemappingTest {

  @Test
  void selfExtendKeepsTheWindowAndGroupsTheRest() {
    SelfExtend remapping = new SelfExtend(4, 512);
    assertThat(remapping.distance(1000, 489)).isEqualTo(511);
    // Grouped: 2000/4 + 512 - 512/4 - 1000/4.
    assertThat(remapping.distance(2000, 1000)).isEqualTo(500 + 512 - 128 - 250);
    assertThat(remapping.reach(4096)).isEqualTo((4096 - 512) * 4 + 512);
  }

  @Test
  void selfExtendNeverLeavesTheTrainedLengthWithinItsReach() {
    SelfExtend remapping = new SelfExtend(4, 512);
    int last = (int) remapping.reach(4096) - 1;
    assertThat(remapping.distance(last, 0)).isLessThan(4096);
  }

  @Test
  void selfExtendDoesNotJumpWhereTheRegionsMeet() {
    SelfExtend remapping = new SelfExtend(4, 512);
    for (int query = 512; query < 3000; query++) {
      double near = remapping.distance(query, query - 511);
      double far = remapping.distance(query, query - 512);
      assertThat(far - near).isBetween(0.0, 4.0);
    }
  }

  @Test
  void reRopeCutsDistancesOff() {
    ReRope remapping = new ReRope(512);
    assertThat(remapping.distance(600, 100)).isEqualTo(500);
    assertThat(remapping.distance(60_000, 100)).isEqualTo(512);
  }

  @Test
  void leakyReRopeGrowsOnSlowly() {
    LeakyReRope remapping = new LeakyReRope(512, 8);
    assertThat(remapping.distance(511, 0)).isEqualTo(511);
    assertThat(remapping.distance(512, 0)).isEqualTo(512);
    assertThat(remapping.distance(1312, 0)).isEqualTo(512 + 100);
  }

  @Test
  void stringMovesFarDistancesDownOntoTrainedOnes() {
    StringShift remapping = StringShift.forTrainedLength(3000);
    assertThat(remapping.distance(999, 0)).isEqualTo(999);
    assertThat(remapping.distance(1000, 0)).isEqualTo(128);
    assertThat(remapping.distance(2999, 0)).isEqualTo(2127);
  }

  @Test
  void clippingMasksTheMiddle() {
    DistanceClip remapping = new DistanceClip(4, 2048);
    assertThat(remapping.isVisible(5000, 3)).isTrue();
    assertThat(remapping.isVisible(5000, 4)).isFalse();
    assertThat(remapping.isVisible(5000, 2953)).isTrue();
    assertThat(remapping.distance(5000, 3)).isEqualTo(2048);
  }

  @Test
  void dualChunkNeverExceedsItsChunkSize() {
    DualChunk remapping = new DualChunk(24, 8);
    for (int query = 0; query < 200; query++) {
      for (int key = 0; key <= query; key++) {
        assertThat(remapping.distance(query, key)).isBetween(0.0, 24.0);
      }
    }
  }

  @Test
  void dualChunkKeepsTheNearestTokensInOrderAcrossAChunkBorder() {
    DualChunk remapping = new DualChunk(24, 8);
    for (int query = 16; query < 64; query++) {
      for (int distance = 0; distance <= 8; distance++) {
        assertThat(remapping.distance(query, query - distance)).isEqualTo(distance);
      }
    }
  }

  @Test
  void aKeyAfterItsQueryIsRefused() {
    assertThatThrownBy(() -> new ReRope(4).distance(3, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("3", "4");
  }

  @Test
  void logNBeginsToGrowAtTheTrainedLength() {
    QueryScale scale = new QueryScale.LogN(4096);
    assertThat(scale.at(4095)).isEqualTo(1);
    assertThat(scale.at(4096 * 4096 - 1)).isCloseTo(2, within(1e-12));
  }

  @Test
  void llama4sTemperatureStepsWithEvery8192Tokens() {
    QueryScale scale = new QueryScale.Llama4(8192, 0.1);
    assertThat(scale.at(8190)).isEqualTo(1);
    assertThat(scale.at(8191)).isCloseTo(0.1 * Math.log(2) + 1, within(1e-12));
  }

  @Test
  void ministralsTemperatureStepsAfterItsOriginalLength() {
    QueryScale scale = new QueryScale.Ministral(16384, 0.1);
    assertThat(scale.at(16383)).isEqualTo(1);
    assertThat(scale.at(16384)).isCloseTo(1 + 0.1 * Math.log(2), within(1e-12));
  }
}

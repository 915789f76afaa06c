package rope4j.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/// Cached keys moved to other positions and other frequencies.
class RerotationTest {

  @Test
  void aMovedKeyIsTheKeyRotatedAtItsNewPlaceWithItsOldLength() {
    Generated.forAll(example -> {
      if (!example.isUniform()) {
        return;
      }
      RopeParameters old = example.parameters();
      RopeParameters renewed = old.withScaling(new Linear(example.random().nextDouble(1, 8)));
      int was = example.random().nextInt(1_000_000);
      int becomes = example.random().nextInt(1_000_000);
      float[] key = example.head();
      double attention = example.frequencies().attentionFactor();
      float[] moved = example.rotated(key, was);
      move(example, renewed, was, becomes, moved);
      float[] direct =
          Generated.rotated(
              Rotation.of(
                  renewed.withScaling(new AttentionScaled(renewed.scaling(), attention)),
                  1,
                  Precision.EXACT),
              key,
              becomes);
      assertThat(moved)
          .as(example.label())
          .usingComparatorWithPrecision((float) (2e-6 * attention))
          .containsExactly(direct);
    });
  }

  private static void move(
      Generated example, RopeParameters renewed, int was, int becomes, float[] key) {
    Layout layout = Layout.of(example.parameters());
    Rerotation rerotation =
        Rerotation.between(example.frequencies(), renewed.frequencies(1), layout);
    CosSin table = rerotation.table(1);
    rerotation.fill(table, new int[] {was}, new int[] {becomes}, 0, 1);
    rerotation.rotate(key, 0, 1, table);
  }

  @Test
  void shiftingTwiceNeverAppliesTheAttentionFactorAgain() {
    RopeParameters parameters =
        new RopeParameters(64, 64, 10000, 4096, Pairing.HALF, new Yarn(4, 4096));
    Rotation rotation = Rotation.of(parameters, 4096, Precision.EXACT);
    Rotation shift = rotation.shift();
    float[] key = new float[64];
    java.util.Arrays.fill(key, 1);
    float[] cached = Generated.rotated(rotation, key, 1000);
    float[] shifted = Generated.rotated(shift, Generated.rotated(shift, cached, -300), -200);
    assertThat(shifted)
        .usingComparatorWithPrecision(1e-6f)
        .containsExactly(Generated.rotated(rotation, key, 500));
  }

  @Test
  void aKeyWrittenInTheOtherPairingIsMovedWhereItLies() {
    RopeParameters parameters =
        new RopeParameters(16, 16, 10000, 4096, Pairing.INTERLEAVED, new Unscaled());
    Layout layout = Layout.of(parameters).writing(Pairing.HALF);
    Rotation rotation = Rotation.of(parameters, layout, 4096, Precision.EXACT);
    float[] key = new float[16];
    for (int i = 0; i < key.length; i++) {
      key[i] = i - 7.5f;
    }
    float[] cached = Generated.rotated(rotation, key, 100);
    assertThat(Generated.rotated(rotation.shift(), cached, -40))
        .usingComparatorWithPrecision(1e-5f)
        .containsExactly(Generated.rotated(rotation, key, 60));
    Frequencies same = parameters.frequencies(1);
    Rerotation rerotation = Rerotation.between(same, same, layout);
    CosSin table = rerotation.table(1);
    rerotation.fill(table, new int[] {100}, new int[] {60}, 0, 1);
    rerotation.rotate(MemorySegment.ofArray(cached), ElementType.F32, 0, 1, table);
    assertThat(cached)
        .usingComparatorWithPrecision(1e-5f)
        .containsExactly(Generated.rotated(rotation, key, 60));
  }

  @Test
  void aReversedLayoutMovesItsKeysTheOtherWay() {
    RopeParameters parameters =
        new RopeParameters(16, 16, 10000, 4096, Pairing.HALF, new Unscaled());
    Layout layout = Layout.of(parameters).reversed();
    Rotation rotation = Rotation.of(parameters, layout, 4096, Precision.EXACT);
    float[] key = new float[16];
    java.util.Arrays.fill(key, 0.5f);
    float[] cached = Generated.rotated(rotation, key, 100);
    Rerotation rerotation =
        Rerotation.between(parameters.frequencies(1), parameters.frequencies(1), layout);
    CosSin table = rerotation.table(1);
    rerotation.fill(table, new int[] {100}, new int[] {60}, 0, 1);
    rerotation.rotate(cached, 0, 1, table);
    assertThat(cached)
        .usingComparatorWithPrecision(1e-6f)
        .containsExactly(Generated.rotated(rotation, key, 60));
  }

  @Test
  void growingFrequenciesAndRerotationKeepACacheRight() {
    RopeParameters parameters =
        new RopeParameters(64, 64, 10000, 512, Pairing.HALF, new DynamicNtk(2, 512));
    GrowingFrequencies growing = new GrowingFrequencies(parameters);
    Frequencies before = growing.at(512);
    Frequencies after = growing.at(800);
    float[] key = new float[64];
    java.util.Arrays.fill(key, 1);
    float[] cached = Generated.rotated(Rotation.of(parameters, 512, Precision.EXACT), key, 300);
    Rerotation rerotation = Rerotation.between(before, after, Layout.of(parameters));
    CosSin table = rerotation.table(1);
    rerotation.fill(table, new int[] {300}, new int[] {300}, 0, 1);
    rerotation.rotate(cached, 0, 1, table);
    assertThat(cached)
        .usingComparatorWithPrecision(1e-6f)
        .containsExactly(
            Generated.rotated(Rotation.of(parameters, 800, Precision.EXACT), key, 300));
  }
}

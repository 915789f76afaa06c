package rope4j.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Who reads which axis, where engines differ; and which layer rotates how.
class PairAxesTest {

  @Test
  void textIsRotatedByOnePositionWhateverTheSections() {
    RopeParameters parameters =
        new RopeParameters(16, 16, 10000, 4096, Pairing.HALF, new Unscaled());
    Rotation plain = Rotation.of(parameters, 1, Precision.EXACT);
    for (PairAxes axes :
        new PairAxes[] {
          PairAxes.sections(2, 3, 3),
          PairAxes.interleaved(4, 2, 2),
          PairAxes.ernie(3, 3, 2),
          PairAxes.balanced(4, 2, 2)
        }) {
      Rotation rotation = plain.withAxes(axes);
      CosSin table = rotation.table(1);
      rotation.fillAxes(table, new int[][] {{77}, {77}, {77}}, 0, 1);
      CosSin expected = plain.table(1);
      plain.fill(expected, 77, 1);
      for (int i = 0; i < 8; i++) {
        assertThat(table.cos(0, i)).as(axes.toString()).isEqualTo(expected.cos(0, i));
      }
    }
  }

  @Test
  void theTailOfQwen3VlReadsTimeInTransformersAndTheFourthAxisInLlamaCpp() {
    PairAxes transformers = PairAxes.interleaved(24, 20, 20);
    PairAxes llamaCpp = PairAxes.llamaCppInterleaved(64, 24, 20, 20, 0);
    for (int i = 0; i < 64; i++) {
      boolean tail = i == 61 || i == 62;
      assertThat(transformers.axis(i)).isEqualTo(tail ? 0 : llamaCpp.axis(i));
      assertThat(llamaCpp.axis(i) == 3).isEqualTo(tail);
    }
  }

  @Test
  void everyAxisGetsAsManyPairsAsItsSectionSays() {
    int[] axis = PairAxes.balanced(6, 5, 5).axis();
    assertThat(java.util.Arrays.stream(axis).filter(a -> a == 0).count()).isEqualTo(6);
    assertThat(java.util.Arrays.stream(axis).filter(a -> a == 1).count()).isEqualTo(5);
    assertThat(axis[15]).isZero();
  }

  @Test
  void everyFourthLayerOfLlama4HasNoRotation() {
    RopeParameters parameters =
        new RopeParameters(128, 128, 500_000, 8192, Pairing.HALF, new Unscaled());
    LayerRotations layers = LayerRotations.withoutEvery(parameters, 8, 4);
    assertThat(layers.layer(2)).contains(parameters);
    assertThat(layers.layer(3)).isEmpty();
    assertThat(layers.layer(7)).isEmpty();
  }

  @Test
  void everySixthLayerOfGemma3IsGlobal() {
    RopeParameters local =
        new RopeParameters(256, 256, 10_000, 32768, Pairing.HALF, new Unscaled());
    RopeParameters global = local.withBase(1e6).withScaling(new Linear(8));
    LayerRotations layers = LayerRotations.alternating(local, Optional.of(global), 26, 6);
    assertThat(layers.layer(4)).contains(local);
    assertThat(layers.layer(5)).contains(global);
    assertThat(layers.distinct()).containsExactly(local, global);
  }

  @Test
  void movedWeightsGiveMovedChannels() {
    float[] bias = {0, 1, 2, 3, 10, 11, 12, 13};
    assertThat(WeightRows.move(bias, 2, 4, Pairing.HALF, Pairing.INTERLEAVED))
        .containsExactly(0, 2, 1, 3, 10, 12, 11, 13);
    float[] twoColumns = {0, 100, 1, 101, 2, 102, 3, 103};
    assertThat(WeightRows.move(twoColumns, 1, 4, Pairing.INTERLEAVED, Pairing.HALF))
        .containsExactly(0, 100, 2, 102, 1, 101, 3, 103);
  }

  @Test
  void fourierMixtureWithOneWeightIsTheRotation() {
    RopeParameters parameters = new RopeParameters(8, 8, 10000, 4096, Pairing.HALF, new Unscaled());
    double[] inverse = parameters.unscaledInverseFrequencies();
    float[][] identity = new float[4][4];
    for (int i = 0; i < 4; i++) {
      identity[i][i] = 1;
    }
    Rotation rotation = Rotation.of(parameters, 1, Precision.EXACT);
    CosSin mixed = rotation.table(1);
    new FourierMixture(inverse, identity, identity, 4, 0).fill(mixed, 33, 1);
    CosSin plain = rotation.table(1);
    rotation.fill(plain, 33, 1);
    for (int i = 0; i < 4; i++) {
      assertThat(mixed.cos(0, i)).isEqualTo(plain.cos(0, i));
      assertThat(mixed.sin(0, i)).isEqualTo(plain.sin(0, i));
    }
    assertThat(FourierMixture.kept(parameters)).hasSize(3);
  }
}

package rope4j.inference.kernel;

import static rope4j.inference.kernel.Kernels.TILE;
import static rope4j.inference.kernel.ScalarBlockKernels.SWISH_ALPHA;
import static rope4j.inference.kernel.ScalarBlockKernels.SWISH_LIMIT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The Vector API, with tokens in the lanes; a single token's LayerNorm is left to plain Java.
///
/// @param tile tokens of a tile
record VectorBlockKernels(int tile) implements BlockKernels {

  private static final VectorSpecies<Float> SPECIES = VectorKernels.SPECIES;
  private static final int LANES = SPECIES.length();

  /// Where the continued fraction of tanh is still exact to float32.
  private static final float NEAR = 0.6f;

  @Override
  public void layerNorm(
      float[] x, int xOffset, float[] weight, float[] y, int yOffset, int channels, float epsilon) {
    if (tile < LANES) {
      new ScalarBlockKernels(tile).layerNorm(x, xOffset, weight, y, yOffset, channels, epsilon);
      return;
    }
    for (int t = 0; t < TILE; t += LANES) {
      FloatVector sum = FloatVector.zero(SPECIES);
      for (int i = 0; i < channels; i++) {
        sum = sum.add(FloatVector.fromArray(SPECIES, x, xOffset + i * TILE + t));
      }
      FloatVector mean = sum.div(channels);
      FloatVector squares = FloatVector.zero(SPECIES);
      for (int i = 0; i < channels; i++) {
        FloatVector value = FloatVector.fromArray(SPECIES, x, xOffset + i * TILE + t).sub(mean);
        squares = value.fma(value, squares);
      }
      FloatVector scale =
          FloatVector.broadcast(SPECIES, 1).div(squares.div(channels).add(epsilon).sqrt());
      for (int i = 0; i < channels; i++) {
        FloatVector.fromArray(SPECIES, x, xOffset + i * TILE + t)
            .sub(mean)
            .mul(scale)
            .mul(weight[i])
            .intoArray(y, yOffset + i * TILE + t);
      }
    }
  }

  @Override
  public void softCap(float[] x, int offset, int length, float cap) {
    int end = SPECIES.loopBound(length);
    for (int i = 0; i < end; i += LANES) {
      FloatVector value = FloatVector.fromArray(SPECIES, x, offset + i);
      tanh(value.div(cap)).mul(cap).intoArray(x, offset + i);
    }
    for (int i = offset + end; i < offset + length; i++) {
      x[i] = cap * (float) Math.tanh(x[i] / cap);
    }
  }

  /// Near 0 by its continued fraction `v / (1 + v^2 / (3 + v^2 / (5 + v^2 / (7 + v^2 / 9))))`, as
  /// the other form loses there all but the absolute precision of 1: scores are often a hundredth
  /// of the cap.
  private static FloatVector tanh(FloatVector v) {
    FloatVector square = v.mul(v);
    FloatVector near =
        v.mul(square.add(105).fma(square, FloatVector.broadcast(SPECIES, 945)))
            .div(square.mul(15).add(420).fma(square, FloatVector.broadcast(SPECIES, 945)));
    // tanh |v| = 1 - 2 / (exp(2 |v|) + 1)
    FloatVector e = VectorKernels.exp(v.abs().mul(2));
    FloatVector far = FloatVector.broadcast(SPECIES, -2).div(e.add(1)).add(1);
    return far.blend(far.neg(), v.lt(0)).blend(near, v.abs().lt(NEAR));
  }

  @Override
  public void clampedSwishMultiply(
      float[] gate, int gateOffset, float[] up, int upOffset, int length) {
    int end = SPECIES.loopBound(length);
    int i = 0;
    for (; i < end; i += LANES) {
      FloatVector g = FloatVector.fromArray(SPECIES, gate, gateOffset + i).min(SWISH_LIMIT);
      FloatVector u =
          FloatVector.fromArray(SPECIES, up, upOffset + i).max(-SWISH_LIMIT).min(SWISH_LIMIT);
      g.mul(u.add(1))
          .div(VectorKernels.exp(g.mul(-SWISH_ALPHA)).add(1))
          .intoArray(gate, gateOffset + i);
    }
    for (; i < length; i++) {
      gate[gateOffset + i] =
          ScalarBlockKernels.clampedSwish(gate[gateOffset + i], up[upOffset + i]);
    }
  }
}

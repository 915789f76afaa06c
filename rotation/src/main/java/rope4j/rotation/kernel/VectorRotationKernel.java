package rope4j.rotation.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// The Vector API: the widest species while it fits, then 128 bits, then plain Java for what is
/// left.
record VectorRotationKernel() implements RotationKernel {

  private static final VectorSpecies<Float> WIDE = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> NARROW = FloatVector.SPECIES_128;

  private static final VectorShuffle<Float> WIDE_SWAP =
      VectorShuffle.fromOp(WIDE, lane -> lane ^ 1);
  private static final VectorShuffle<Float> WIDE_REPEAT =
      VectorShuffle.fromOp(WIDE, lane -> lane / 2);
  private static final VectorShuffle<Float> NARROW_SWAP =
      VectorShuffle.fromOp(NARROW, lane -> lane ^ 1);
  private static final VectorShuffle<Float> NARROW_REPEAT =
      VectorShuffle.fromOp(NARROW, lane -> lane / 2);

  /// -1 on even lanes: the first channel of an interleaved pair subtracts the sine's product.
  private static final FloatVector WIDE_SIGN = FloatVector.fromArray(WIDE, signs(), 0);

  private static final FloatVector NARROW_SIGN = FloatVector.fromArray(NARROW, signs(), 0);

  private static float[] signs() {
    float[] signs = new float[64];
    for (int i = 0; i < signs.length; i++) {
      signs[i] = i % 2 == 0 ? -1 : 1;
    }
    return signs;
  }

  @Override
  public void half(
      float[] x,
      int offset,
      int heads,
      int headDimension,
      float[] cos,
      float[] sin,
      int angle,
      int pairs) {
    int wideEnd = WIDE.loopBound(pairs);
    int narrowEnd = wideEnd + NARROW.loopBound(pairs - wideEnd);
    for (int h = 0; h < heads; h++) {
      int first = offset + h * headDimension;
      int second = first + pairs;
      int i = 0;
      for (; i < wideEnd; i += WIDE.length()) {
        FloatVector a = FloatVector.fromArray(WIDE, x, first + i);
        FloatVector b = FloatVector.fromArray(WIDE, x, second + i);
        FloatVector c = FloatVector.fromArray(WIDE, cos, angle + i);
        FloatVector s = FloatVector.fromArray(WIDE, sin, angle + i);
        a.mul(c).sub(b.mul(s)).intoArray(x, first + i);
        b.mul(c).add(a.mul(s)).intoArray(x, second + i);
      }
      for (; i < narrowEnd; i += NARROW.length()) {
        FloatVector a = FloatVector.fromArray(NARROW, x, first + i);
        FloatVector b = FloatVector.fromArray(NARROW, x, second + i);
        FloatVector c = FloatVector.fromArray(NARROW, cos, angle + i);
        FloatVector s = FloatVector.fromArray(NARROW, sin, angle + i);
        a.mul(c).sub(b.mul(s)).intoArray(x, first + i);
        b.mul(c).add(a.mul(s)).intoArray(x, second + i);
      }
      for (; i < pairs; i++) {
        ScalarRotationKernel.rotate(x, first + i, second + i, cos[angle + i], sin[angle + i]);
      }
    }
  }

  @Override
  public void interleaved(
      float[] x,
      int offset,
      int heads,
      int headDimension,
      float[] cos,
      float[] sin,
      int angle,
      int pairs) {
    // A vector of x holds half as many pairs as lanes, but as many cosines are loaded as there are
    // lanes.
    int lanes = WIDE.length();
    int narrowLanes = NARROW.length();
    for (int h = 0; h < heads; h++) {
      int head = offset + h * headDimension;
      int i = 0;
      for (; i + lanes <= pairs; i += lanes / 2) {
        FloatVector c = FloatVector.fromArray(WIDE, cos, angle + i).rearrange(WIDE_REPEAT);
        FloatVector s =
            FloatVector.fromArray(WIDE, sin, angle + i).rearrange(WIDE_REPEAT).mul(WIDE_SIGN);
        FloatVector v = FloatVector.fromArray(WIDE, x, head + 2 * i);
        v.mul(c).add(v.rearrange(WIDE_SWAP).mul(s)).intoArray(x, head + 2 * i);
      }
      for (; i + narrowLanes <= pairs; i += narrowLanes / 2) {
        FloatVector c = FloatVector.fromArray(NARROW, cos, angle + i).rearrange(NARROW_REPEAT);
        FloatVector s =
            FloatVector.fromArray(NARROW, sin, angle + i).rearrange(NARROW_REPEAT).mul(NARROW_SIGN);
        FloatVector v = FloatVector.fromArray(NARROW, x, head + 2 * i);
        v.mul(c).add(v.rearrange(NARROW_SWAP).mul(s)).intoArray(x, head + 2 * i);
      }
      for (; i < pairs; i++) {
        ScalarRotationKernel.rotate(
            x, head + 2 * i, head + 2 * i + 1, cos[angle + i], sin[angle + i]);
      }
    }
  }
}

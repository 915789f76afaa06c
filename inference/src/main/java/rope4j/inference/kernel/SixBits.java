package rope4j.inference.kernel;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// What takes the scales and minima of a block of Q4_K apart, all sixteen at once.
///
/// A block begins with two half floats and twelve bytes a, b, c of four each. The scales are [a's
/// lower six bits, c's lower four and a's upper two], the minima [b's lower six, c's upper four and
/// b's upper two].
final class SixBits {

  static final VectorSpecies<Integer> FOUR = IntVector.SPECIES_128;

  static final VectorShuffle<Integer> A_A_B_B = VectorShuffle.fromValues(FOUR, 1, 1, 2, 2);
  static final VectorShuffle<Integer> C = VectorShuffle.fromValues(FOUR, 3, 3, 3, 3);
  static final IntVector DOWN = IntVector.fromArray(FOUR, new int[] {0, 6, 0, 6}, 0);
  static final IntVector MASK =
      IntVector.fromArray(FOUR, new int[] {0x3F3F3F3F, 0x03030303, 0x3F3F3F3F, 0x03030303}, 0);
  static final IntVector UP = IntVector.fromArray(FOUR, new int[] {0, 4, 0, 4}, 0);
  static final IntVector DOWN_C = IntVector.fromArray(FOUR, new int[] {0, 0, 0, 4}, 0);
  static final IntVector MASK_C =
      IntVector.fromArray(FOUR, new int[] {0, 0x0F0F0F0F, 0, 0x0F0F0F0F}, 0);

  private SixBits() {}
}

package rope4j.inference.kernel;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import jdk.incubator.vector.VectorSpecies;
import rope4j.checkpoint.TensorType;

/// [InterleavedProduct]s in the Vector API, and what they share.
///
/// An integer holds eight weights of four bits of one row. Masked, it is two of them, two columns
/// apart, in lanes of 16 bits; the activations lie in such pairs too ([RoundedToken#pairs]). A lane
/// adds up as many products as have a scale in common. With eights or 32 taken off they fit into
/// it; sums that do not fit on the way come right in the end.
///
/// What two or three kernels have in common is written out in each: a vector that is passed to a
/// method goes by way of the heap wherever that method isn't inlined.
final class VectorInterleaved {

  static final VectorSpecies<Float> FLOATS = VectorDecoders.FLOATS;
  static final VectorSpecies<Integer> INTS = VectorDecoders.INTS;

  /// Rows of a group.
  static final int LANES = VectorDecoders.LANES;

  /// What keeps the lower four bits of each of two shorts.
  static final int NIBBLES = 0x000F000F;

  /// What keeps the bits of a half float that was shifted to the places of a float's.
  static final int HALF = 0x8FFF_E000;

  /// What such a float, whose exponent counts from 112 too low, is to be multiplied by.
  static final float HALF_SCALE = 0x1p112f;

  /// Made once: a product asks for one, and must not allocate.
  private static final List<Optional<InterleavedProduct>> ALL =
      Arrays.stream(TensorType.values()).map(VectorInterleaved::find).toList();

  private VectorInterleaved() {}

  /// The one for a type; empty where there is none.
  static Optional<InterleavedProduct> of(TensorType type) {
    return ALL.get(type.ordinal());
  }

  private static Optional<InterleavedProduct> find(TensorType type) {
    return switch (type) {
      case Q4_0 -> Optional.of(new VectorInterleavedQ4_0());
      case Q4_K -> Optional.of(new VectorInterleavedQ4K());
      case Q6_K -> Optional.of(new VectorInterleavedQ6K());
      default -> Optional.empty();
    };
  }
}

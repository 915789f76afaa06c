package rope4j.inference.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;
import rope4j.checkpoint.TensorType;

/// [RoundedRowProduct]s in the Vector API, and what those in integers share.
///
/// Sixteen weights are multiplied with as many activations in lanes of 16 bits, and added to others
/// of their group while the sums fit. As a vector of integers, a sum plus itself shifted by 16 bits
/// has the sum of two neighbours in its upper half: without its lower half it becomes a float that
/// is too large by 2 to the power of 16, and is scaled.
///
/// Where vectors have fewer than 256 bits there are none in integers: activations are then rounded
/// floats.
final class VectorRoundedRows {

  static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_128;
  static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_256;
  static final VectorSpecies<Integer> INTS = IntVector.SPECIES_256;
  static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_256;
  static final int LANES = FLOATS.length();

  /// What keeps the upper halves of integers.
  static final int UPPER = 0xFFFF0000;

  /// What keeps the lower four bits of each of two shorts.
  static final int NIBBLES = 0x000F000F;

  /// What undoes a shift by 16 bits.
  static final float DOWN = 0x1p-16f;

  /// Made once: a product asks for one, and must not allocate.
  private static final List<Optional<RoundedRowProduct>> ALL =
      Arrays.stream(TensorType.values()).map(VectorRoundedRows::find).toList();

  private VectorRoundedRows() {}

  /// The one for a type; empty where there is none.
  static Optional<RoundedRowProduct> of(TensorType type) {
    return ALL.get(type.ordinal());
  }

  private static Optional<RoundedRowProduct> find(TensorType type) {
    boolean wide = VectorKernels.SPECIES.vectorBitSize() >= FLOATS.vectorBitSize();
    return switch (type) {
      case Q4_0 -> Optional.of(VectorRoundedRowsOfQ4_0::multiply);
      case Q4_K ->
          Optional.of(
              wide
                  ? VectorRoundedRowsOfQ4K::multiply
                  : new Unrounded(new OneByOne(new VectorRowsOfQ4K())));
      case Q6_K -> Optional.of(new Unrounded(new OneByOne(new VectorRowsOfQ6K())));
      default -> Optional.empty();
    };
  }

  /// A product that gains nothing from integers.
  private record Unrounded(RowProduct product) implements RoundedRowProduct {

    @Override
    public void prepare(RoundedToken x, int columns, float[] scratch) {
      product.prepare(x.floats, 0, columns, scratch);
    }

    @Override
    public void multiply(
        MemorySegment data,
        long first,
        long second,
        int columns,
        RoundedToken x,
        float[] y,
        int yFirst,
        int ySecond,
        boolean accumulate,
        float[] scratch) {
      product.multiply(
          data, first, second, columns, x.floats, 0, y, yFirst, ySecond, accumulate, scratch);
    }
  }

  /// Puts the products of two rows into their places.
  static void store(
      float first, float second, float[] y, int yFirst, int ySecond, boolean accumulate) {
    float before = accumulate ? y[yFirst] : 0;
    float beforeSecond = accumulate ? y[ySecond] : 0;
    y[yFirst] = before + first;
    y[ySecond] = beforeSecond + second;
  }
}

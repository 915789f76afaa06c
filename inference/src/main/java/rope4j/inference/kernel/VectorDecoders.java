package rope4j.inference.kernel;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.S2I;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import rope4j.checkpoint.TensorType;

/// The vector twins of [ScalarDecoders], equal to them bit for bit.
final class VectorDecoders {

  static final VectorSpecies<Float> FLOATS = VectorKernels.SPECIES;
  static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);
  static final int LANES = FLOATS.length();

  /// Bytes loaded at once: one for each lane, or the shortest vector that there is, which then
  /// fills the lanes [#PARTS] times.
  static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, LANES * Byte.SIZE)));

  static final int STEP = BYTES.length();
  static final int PARTS = STEP / LANES;

  static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(LANES * Short.SIZE));

  /// Made once: a product asks for one, and must not allocate.
  private static final List<Optional<WeightDecoder>> ALL =
      Arrays.stream(TensorType.values()).map(VectorDecoders::find).toList();

  private VectorDecoders() {}

  static Optional<WeightDecoder> of(TensorType type) {
    return ALL.get(type.ordinal());
  }

  private static Optional<WeightDecoder> find(TensorType type) {
    return switch (type) {
      case BF16 -> Optional.of(VectorDecoders::bf16);
      case Q4_0 -> Optional.of(VectorBlocks::q4_0);
      case Q4_1 -> Optional.of(VectorBlocks::q4_1);
      case Q5_0 -> Optional.of(VectorBlocks::q5_0);
      case Q5_1 -> Optional.of(VectorBlocks::q5_1);
      case Q8_0 -> Optional.of(VectorBlocks::q8_0);
      case MXFP4 -> Optional.of(VectorBlocks::mxfp4);
      case Q2_K -> Optional.of(VectorSuperBlocks::q2_K);
      case Q3_K -> Optional.of(VectorSuperBlocks::q3_K);
      case Q4_K -> Optional.of(VectorSuperBlocks::q4_K);
      case Q5_K -> Optional.of(VectorSuperBlocks::q5_K);
      case Q6_K -> Optional.of(VectorSuperBlocks::q6_K);
      // F32 is copied, and the compiler vectorizes the conversion of F16 by itself.
      default -> ScalarDecoders.of(type);
    };
  }

  static void bf16(MemorySegment data, long offset, float[] into, int at, int count) {
    int bound = FLOATS.loopBound(count);
    for (int i = 0; i < bound; i += LANES) {
      ShortVector stored =
          ShortVector.fromMemorySegment(SHORTS, data, offset + i * 2L, ByteOrder.LITTLE_ENDIAN);
      IntVector bits = (IntVector) stored.convertShape(S2I, INTS, 0);
      bits.lanewise(LSHL, 16).reinterpretAsFloats().intoArray(into, at + i);
    }
    ScalarDecoders.bf16(data, offset + bound * 2L, into, at + bound, count - bound);
  }
}

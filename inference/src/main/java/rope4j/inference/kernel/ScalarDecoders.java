package rope4j.inference.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import rope4j.checkpoint.TensorType;

/// Which loop reads which type; those of the types without blocks are here.
final class ScalarDecoders {

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// Made once: a product asks for one, and must not allocate.
  private static final List<Optional<WeightDecoder>> ALL =
      Arrays.stream(TensorType.values()).map(ScalarDecoders::find).toList();

  private ScalarDecoders() {}

  static Optional<WeightDecoder> of(TensorType type) {
    return ALL.get(type.ordinal());
  }

  private static Optional<WeightDecoder> find(TensorType type) {
    return Optional.ofNullable(
        switch (type) {
          case F32 -> ScalarDecoders::f32;
          case F16 -> ScalarDecoders::f16;
          case BF16 -> ScalarDecoders::bf16;
          case Q4_0 -> ScalarBlocks::q4_0;
          case Q4_1 -> ScalarBlocks::q4_1;
          case Q5_0 -> ScalarBlocks::q5_0;
          case Q5_1 -> ScalarBlocks::q5_1;
          case Q8_0 -> ScalarBlocks::q8_0;
          case MXFP4 -> ScalarBlocks::mxfp4;
          case Q2_K -> ScalarSuperBlocks::q2_K;
          case Q3_K -> ScalarSuperBlocks::q3_K;
          case Q4_K -> ScalarSuperBlocks::q4_K;
          case Q5_K -> ScalarSuperBlocks::q5_K;
          case Q6_K -> ScalarSuperBlocks::q6_K;
          default -> null;
        });
  }

  static void f32(MemorySegment data, long offset, float[] into, int at, int count) {
    MemorySegment.copy(data, FLOAT, offset, into, at, count);
  }

  static void f16(MemorySegment data, long offset, float[] into, int at, int count) {
    for (int i = 0; i < count; i++) {
      into[at + i] = Stored.half(data, offset + i * 2L);
    }
  }

  static void bf16(MemorySegment data, long offset, float[] into, int at, int count) {
    for (int i = 0; i < count; i++) {
      into[at + i] = Stored.brain(data, offset + i * 2L);
    }
  }
}

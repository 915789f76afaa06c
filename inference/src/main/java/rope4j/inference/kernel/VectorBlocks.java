package rope4j.inference.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.NE;
import static rope4j.inference.kernel.Stored.bits;
import static rope4j.inference.kernel.Stored.half;
import static rope4j.inference.kernel.Stored.halfPower;
import static rope4j.inference.kernel.VectorDecoders.BYTES;
import static rope4j.inference.kernel.VectorDecoders.INTS;
import static rope4j.inference.kernel.VectorDecoders.LANES;
import static rope4j.inference.kernel.VectorDecoders.PARTS;
import static rope4j.inference.kernel.VectorDecoders.STEP;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/// The vector twins of [ScalarBlocks]. No vector is passed to a method: it would be put on the heap
/// wherever that method isn't inlined.
final class VectorBlocks {

  private static final int BLOCK = 32;
  private static final int HALF = BLOCK / 2;

  private static final IntVector INDEX = IntVector.zero(INTS).addIndex(1);

  private VectorBlocks() {}

  static void q8_0(MemorySegment data, long offset, float[] into, int at, int count) {
    long block = offset;
    for (int to = at; to < at + count; to += BLOCK, block += 34) {
      float scale = half(data, block);
      for (int i = 0; i < BLOCK; i += STEP) {
        ByteVector bytes = ByteVector.fromMemorySegment(BYTES, data, block + 2 + i, LITTLE_ENDIAN);
        for (int part = 0; part < PARTS; part++) {
          IntVector value = (IntVector) bytes.convertShape(B2I, INTS, part);
          ((FloatVector) value.convert(I2F, 0)).mul(scale).intoArray(into, to + i + part * LANES);
        }
      }
    }
  }

  static void q4_0(MemorySegment data, long offset, float[] into, int at, int count) {
    long block = offset;
    for (int to = at; to < at + count; to += BLOCK, block += 18) {
      float scale = half(data, block);
      for (int i = 0; i < HALF; i += STEP) {
        ByteVector bytes = ByteVector.fromMemorySegment(BYTES, data, block + 2 + i, LITTLE_ENDIAN);
        for (int part = 0; part < PARTS; part++) {
          IntVector pair = (IntVector) bytes.convertShape(B2I, INTS, part);
          IntVector low = pair.and(15).sub(8);
          IntVector high = pair.lanewise(LSHR, 4).and(15).sub(8);
          int first = to + i + part * LANES;
          ((FloatVector) low.convert(I2F, 0)).mul(scale).intoArray(into, first);
          ((FloatVector) high.convert(I2F, 0)).mul(scale).intoArray(into, first + HALF);
        }
      }
    }
  }

  static void q4_1(MemorySegment data, long offset, float[] into, int at, int count) {
    long block = offset;
    for (int to = at; to < at + count; to += BLOCK, block += 20) {
      float scale = half(data, block);
      float minimum = half(data, block + 2);
      for (int i = 0; i < HALF; i += STEP) {
        ByteVector bytes = ByteVector.fromMemorySegment(BYTES, data, block + 4 + i, LITTLE_ENDIAN);
        for (int part = 0; part < PARTS; part++) {
          IntVector pair = (IntVector) bytes.convertShape(B2I, INTS, part);
          IntVector low = pair.and(15);
          IntVector high = pair.lanewise(LSHR, 4).and(15);
          int first = to + i + part * LANES;
          ((FloatVector) low.convert(I2F, 0)).mul(scale).add(minimum).intoArray(into, first);
          ((FloatVector) high.convert(I2F, 0))
              .mul(scale)
              .add(minimum)
              .intoArray(into, first + HALF);
        }
      }
    }
  }

  static void q5_0(MemorySegment data, long offset, float[] into, int at, int count) {
    long block = offset;
    for (int to = at; to < at + count; to += BLOCK, block += 22) {
      float scale = half(data, block);
      int fifth = bits(data, block + 2);
      for (int i = 0; i < HALF; i += STEP) {
        ByteVector bytes = ByteVector.fromMemorySegment(BYTES, data, block + 6 + i, LITTLE_ENDIAN);
        for (int part = 0; part < PARTS; part++) {
          IntVector pair = (IntVector) bytes.convertShape(B2I, INTS, part);
          IntVector fifths =
              IntVector.broadcast(INTS, fifth >>> (i + part * LANES)).lanewise(LSHR, INDEX);
          IntVector low = pair.and(15).or(fifths.and(1).lanewise(LSHL, 4)).sub(16);
          IntVector high =
              pair.lanewise(LSHR, 4)
                  .and(15)
                  .or(fifths.lanewise(LSHR, HALF).and(1).lanewise(LSHL, 4))
                  .sub(16);
          int first = to + i + part * LANES;
          ((FloatVector) low.convert(I2F, 0)).mul(scale).intoArray(into, first);
          ((FloatVector) high.convert(I2F, 0)).mul(scale).intoArray(into, first + HALF);
        }
      }
    }
  }

  static void q5_1(MemorySegment data, long offset, float[] into, int at, int count) {
    long block = offset;
    for (int to = at; to < at + count; to += BLOCK, block += 24) {
      float scale = half(data, block);
      float minimum = half(data, block + 2);
      int fifth = bits(data, block + 4);
      for (int i = 0; i < HALF; i += STEP) {
        ByteVector bytes = ByteVector.fromMemorySegment(BYTES, data, block + 8 + i, LITTLE_ENDIAN);
        for (int part = 0; part < PARTS; part++) {
          IntVector pair = (IntVector) bytes.convertShape(B2I, INTS, part);
          IntVector fifths =
              IntVector.broadcast(INTS, fifth >>> (i + part * LANES)).lanewise(LSHR, INDEX);
          IntVector low = pair.and(15).or(fifths.and(1).lanewise(LSHL, 4));
          IntVector high =
              pair.lanewise(LSHR, 4)
                  .and(15)
                  .or(fifths.lanewise(LSHR, HALF).and(1).lanewise(LSHL, 4));
          int first = to + i + part * LANES;
          ((FloatVector) low.convert(I2F, 0)).mul(scale).add(minimum).intoArray(into, first);
          ((FloatVector) high.convert(I2F, 0))
              .mul(scale)
              .add(minimum)
              .intoArray(into, first + HALF);
        }
      }
    }
  }

  /// The steps between the magnitudes 0 1 2 3 4 6 8 12 grow by one from 4 on and by two more from 6
  /// on: sums of clipped differences are the table.
  static void mxfp4(MemorySegment data, long offset, float[] into, int at, int count) {
    long block = offset;
    for (int to = at; to < at + count; to += BLOCK, block += 17) {
      float scale = halfPower(data, block);
      for (int i = 0; i < HALF; i += STEP) {
        ByteVector bytes = ByteVector.fromMemorySegment(BYTES, data, block + 1 + i, LITTLE_ENDIAN);
        for (int part = 0; part < PARTS; part++) {
          IntVector pair = (IntVector) bytes.convertShape(B2I, INTS, part);
          for (int shift = 0; shift < 8; shift += 4) {
            IntVector code = pair.lanewise(LSHR, shift);
            IntVector index = code.and(7);
            IntVector value =
                index.add(index.sub(4).max(0)).add(index.sub(6).max(0).lanewise(LSHL, 1));
            value = value.blend(value.neg(), code.and(8).compare(NE, 0));
            ((FloatVector) value.convert(I2F, 0))
                .mul(scale)
                .intoArray(into, to + i + part * LANES + shift * 4);
          }
        }
      }
    }
  }
}

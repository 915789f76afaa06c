package rope4j.inference.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static rope4j.inference.kernel.Stored.half;
import static rope4j.inference.kernel.Stored.minimum;
import static rope4j.inference.kernel.Stored.scale;
import static rope4j.inference.kernel.Stored.signed;
import static rope4j.inference.kernel.Stored.signedScale;
import static rope4j.inference.kernel.Stored.unsigned;
import static rope4j.inference.kernel.VectorDecoders.BYTES;
import static rope4j.inference.kernel.VectorDecoders.INTS;
import static rope4j.inference.kernel.VectorDecoders.LANES;
import static rope4j.inference.kernel.VectorDecoders.PARTS;
import static rope4j.inference.kernel.VectorDecoders.STEP;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/// The vector twins of [ScalarSuperBlocks]. No vector is passed to a method: it would be put on the
/// heap wherever that method isn't inlined.
final class VectorSuperBlocks {

  private static final int BLOCK = 256;

  private VectorSuperBlocks() {}

  static void q2_K(MemorySegment data, long offset, float[] into, int at, int count) {
    long block = offset;
    for (int to = at; to < at + count; to += BLOCK, block += 84) {
      float all = half(data, block + 80);
      float allMinima = half(data, block + 82);
      for (int group = 0; group < 16; group++) {
        int factors = unsigned(data, block + group);
        float scale = all * (factors & 15);
        float minimum = allMinima * (factors >> 4);
        int pairs = 16 + group / 8 * 32 + group % 2 * 16;
        int shift = group % 8 / 2 * 2;
        for (int i = 0; i < 16; i += STEP) {
          ByteVector bytes =
              ByteVector.fromMemorySegment(BYTES, data, block + pairs + i, LITTLE_ENDIAN);
          for (int part = 0; part < PARTS; part++) {
            IntVector value =
                ((IntVector) bytes.convertShape(B2I, INTS, part)).lanewise(LSHR, shift).and(3);
            ((FloatVector) value.convert(I2F, 0))
                .mul(scale)
                .sub(minimum)
                .intoArray(into, to + group * 16 + i + part * LANES);
          }
        }
      }
    }
  }

  static void q3_K(MemorySegment data, long offset, float[] into, int at, int count) {
    long block = offset;
    for (int to = at; to < at + count; to += BLOCK, block += 110) {
      float all = half(data, block + 108);
      for (int group = 0; group < 16; group++) {
        float scale = all * signedScale(data, block + 96, group);
        int upper = group % 2 * 16;
        int pairs = 32 + group / 8 * 32 + group % 2 * 16;
        int shift = group % 8 / 2 * 2;
        for (int i = 0; i < 16; i += STEP) {
          ByteVector lows =
              ByteVector.fromMemorySegment(BYTES, data, block + pairs + i, LITTLE_ENDIAN);
          ByteVector highs =
              ByteVector.fromMemorySegment(BYTES, data, block + upper + i, LITTLE_ENDIAN);
          for (int part = 0; part < PARTS; part++) {
            IntVector low =
                ((IntVector) lows.convertShape(B2I, INTS, part)).lanewise(LSHR, shift).and(3);
            IntVector high =
                ((IntVector) highs.convertShape(B2I, INTS, part)).lanewise(LSHR, group / 2).and(1);
            IntVector value = high.lanewise(LSHL, 2).or(low).sub(4);
            ((FloatVector) value.convert(I2F, 0))
                .mul(scale)
                .intoArray(into, to + group * 16 + i + part * LANES);
          }
        }
      }
    }
  }

  static void q4_K(MemorySegment data, long offset, float[] into, int at, int count) {
    long block = offset;
    for (int to = at; to < at + count; to += BLOCK, block += 144) {
      float all = half(data, block);
      float allMinima = half(data, block + 2);
      for (int group = 0; group < 8; group++) {
        float scale = all * scale(data, block + 4, group);
        float minimum = allMinima * minimum(data, block + 4, group);
        int pairs = 16 + group / 2 * 32;
        int shift = group % 2 * 4;
        for (int i = 0; i < 32; i += STEP) {
          ByteVector bytes =
              ByteVector.fromMemorySegment(BYTES, data, block + pairs + i, LITTLE_ENDIAN);
          for (int part = 0; part < PARTS; part++) {
            IntVector value =
                ((IntVector) bytes.convertShape(B2I, INTS, part)).lanewise(LSHR, shift).and(15);
            ((FloatVector) value.convert(I2F, 0))
                .mul(scale)
                .sub(minimum)
                .intoArray(into, to + group * 32 + i + part * LANES);
          }
        }
      }
    }
  }

  static void q5_K(MemorySegment data, long offset, float[] into, int at, int count) {
    long block = offset;
    for (int to = at; to < at + count; to += BLOCK, block += 176) {
      float all = half(data, block);
      float allMinima = half(data, block + 2);
      for (int group = 0; group < 8; group++) {
        float scale = all * scale(data, block + 4, group);
        float minimum = allMinima * minimum(data, block + 4, group);
        int pairs = 48 + group / 2 * 32;
        int shift = group % 2 * 4;
        for (int i = 0; i < 32; i += STEP) {
          ByteVector lows =
              ByteVector.fromMemorySegment(BYTES, data, block + pairs + i, LITTLE_ENDIAN);
          ByteVector highs =
              ByteVector.fromMemorySegment(BYTES, data, block + 16 + i, LITTLE_ENDIAN);
          for (int part = 0; part < PARTS; part++) {
            IntVector low =
                ((IntVector) lows.convertShape(B2I, INTS, part)).lanewise(LSHR, shift).and(15);
            IntVector high =
                ((IntVector) highs.convertShape(B2I, INTS, part)).lanewise(LSHR, group).and(1);
            IntVector value = high.lanewise(LSHL, 4).or(low);
            ((FloatVector) value.convert(I2F, 0))
                .mul(scale)
                .sub(minimum)
                .intoArray(into, to + group * 32 + i + part * LANES);
          }
        }
      }
    }
  }

  static void q6_K(MemorySegment data, long offset, float[] into, int at, int count) {
    long block = offset;
    for (int to = at; to < at + count; to += BLOCK, block += 210) {
      float all = half(data, block + 208);
      for (int group = 0; group < 16; group++) {
        float scale = all * signed(data, block + 192 + group);
        int lower = group / 8 * 64 + group % 4 * 16;
        int upper = 128 + group / 8 * 32 + group % 2 * 16;
        int lowShift = group % 8 / 4 * 4;
        int highShift = group % 8 / 2 * 2;
        for (int i = 0; i < 16; i += STEP) {
          ByteVector lows =
              ByteVector.fromMemorySegment(BYTES, data, block + lower + i, LITTLE_ENDIAN);
          ByteVector highs =
              ByteVector.fromMemorySegment(BYTES, data, block + upper + i, LITTLE_ENDIAN);
          for (int part = 0; part < PARTS; part++) {
            IntVector low =
                ((IntVector) lows.convertShape(B2I, INTS, part)).lanewise(LSHR, lowShift).and(15);
            IntVector high =
                ((IntVector) highs.convertShape(B2I, INTS, part)).lanewise(LSHR, highShift).and(3);
            IntVector value = high.lanewise(LSHL, 4).or(low).sub(32);
            ((FloatVector) value.convert(I2F, 0))
                .mul(scale)
                .intoArray(into, to + group * 16 + i + part * LANES);
          }
        }
      }
    }
  }
}

package rope4j.inference.kernel;

import static rope4j.inference.kernel.Stored.half;
import static rope4j.inference.kernel.Stored.minimum;
import static rope4j.inference.kernel.Stored.scale;
import static rope4j.inference.kernel.Stored.signed;
import static rope4j.inference.kernel.Stored.signedScale;
import static rope4j.inference.kernel.Stored.unsigned;

import java.lang.foreign.MemorySegment;

/// Blocks of 256 weights in groups of 16 or 32, whose small integer scales share the block's scale.
///
/// The bits of a weight lie by 32 weights in one row of bytes: the first group of 32 in the lowest
/// bits, the next in the bits above.
final class ScalarSuperBlocks {

  private static final int BLOCK = 256;

  private ScalarSuperBlocks() {}

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
        for (int i = 0; i < 16; i++) {
          int value = unsigned(data, block + pairs + i) >> shift & 3;
          into[to + group * 16 + i] = scale * value - minimum;
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
        for (int i = 0; i < 16; i++) {
          int low = unsigned(data, block + pairs + i) >> shift & 3;
          int high = (unsigned(data, block + upper + i) >> (group / 2)) & 1;
          into[to + group * 16 + i] = scale * (((high << 2) | low) - 4);
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
        for (int i = 0; i < 32; i++) {
          int value = unsigned(data, block + pairs + i) >> shift & 15;
          into[to + group * 32 + i] = scale * value - minimum;
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
        for (int i = 0; i < 32; i++) {
          int low = unsigned(data, block + pairs + i) >> shift & 15;
          int high = unsigned(data, block + 16 + i) >> group & 1;
          into[to + group * 32 + i] = scale * ((high << 4) | low) - minimum;
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
        // Four-bit halves lie by 64 weights, the two bits above them by 32.
        int lower = group / 8 * 64 + group % 4 * 16;
        int upper = 128 + group / 8 * 32 + group % 2 * 16;
        int lowShift = group % 8 / 4 * 4;
        int highShift = group % 8 / 2 * 2;
        for (int i = 0; i < 16; i++) {
          int low = unsigned(data, block + lower + i) >> lowShift & 15;
          int high = unsigned(data, block + upper + i) >> highShift & 3;
          into[to + group * 16 + i] = scale * (((high << 4) | low) - 32);
        }
      }
    }
  }
}

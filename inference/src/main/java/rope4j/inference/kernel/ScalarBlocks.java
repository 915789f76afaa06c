package rope4j.inference.kernel;

import static rope4j.inference.kernel.Stored.bits;
import static rope4j.inference.kernel.Stored.half;
import static rope4j.inference.kernel.Stored.halfPower;
import static rope4j.inference.kernel.Stored.signed;
import static rope4j.inference.kernel.Stored.unsigned;

import java.lang.foreign.MemorySegment;

/// Blocks of 32 weights with one scale, and perhaps one minimum. Four-bit types keep weights 0 to
/// 15 in the low halves of their bytes and 16 to 31 in the high ones.
final class ScalarBlocks {

  private static final int BLOCK = 32;
  private static final int HALF = BLOCK / 2;

  /// E2M1 in halves.
  private static final int[] MXFP4 = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

  private ScalarBlocks() {}

  static void q8_0(MemorySegment data, long offset, float[] into, int at, int count) {
    long block = offset;
    for (int to = at; to < at + count; to += BLOCK, block += 34) {
      float scale = half(data, block);
      for (int i = 0; i < BLOCK; i++) {
        into[to + i] = signed(data, block + 2 + i) * scale;
      }
    }
  }

  static void q4_0(MemorySegment data, long offset, float[] into, int at, int count) {
    long block = offset;
    for (int to = at; to < at + count; to += BLOCK, block += 18) {
      float scale = half(data, block);
      for (int i = 0; i < HALF; i++) {
        int pair = unsigned(data, block + 2 + i);
        into[to + i] = ((pair & 15) - 8) * scale;
        into[to + HALF + i] = ((pair >> 4) - 8) * scale;
      }
    }
  }

  static void q4_1(MemorySegment data, long offset, float[] into, int at, int count) {
    long block = offset;
    for (int to = at; to < at + count; to += BLOCK, block += 20) {
      float scale = half(data, block);
      float minimum = half(data, block + 2);
      for (int i = 0; i < HALF; i++) {
        int pair = unsigned(data, block + 4 + i);
        into[to + i] = (pair & 15) * scale + minimum;
        into[to + HALF + i] = (pair >> 4) * scale + minimum;
      }
    }
  }

  static void q5_0(MemorySegment data, long offset, float[] into, int at, int count) {
    long block = offset;
    for (int to = at; to < at + count; to += BLOCK, block += 22) {
      float scale = half(data, block);
      int fifth = bits(data, block + 2);
      for (int i = 0; i < HALF; i++) {
        int pair = unsigned(data, block + 6 + i);
        into[to + i] = (((pair & 15) | ((fifth >>> i) & 1) << 4) - 16) * scale;
        into[to + HALF + i] = (((pair >> 4) | ((fifth >>> (i + HALF)) & 1) << 4) - 16) * scale;
      }
    }
  }

  static void q5_1(MemorySegment data, long offset, float[] into, int at, int count) {
    long block = offset;
    for (int to = at; to < at + count; to += BLOCK, block += 24) {
      float scale = half(data, block);
      float minimum = half(data, block + 2);
      int fifth = bits(data, block + 4);
      for (int i = 0; i < HALF; i++) {
        int pair = unsigned(data, block + 8 + i);
        into[to + i] = ((pair & 15) | ((fifth >>> i) & 1) << 4) * scale + minimum;
        into[to + HALF + i] = ((pair >> 4) | ((fifth >>> (i + HALF)) & 1) << 4) * scale + minimum;
      }
    }
  }

  static void mxfp4(MemorySegment data, long offset, float[] into, int at, int count) {
    long block = offset;
    for (int to = at; to < at + count; to += BLOCK, block += 17) {
      float scale = halfPower(data, block);
      for (int i = 0; i < HALF; i++) {
        int pair = unsigned(data, block + 1 + i);
        into[to + i] = MXFP4[pair & 15] * scale;
        into[to + HALF + i] = MXFP4[pair >> 4] * scale;
      }
    }
  }
}

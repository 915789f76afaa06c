package rope4j.inference.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Numbers within a stored block.
final class Stored {

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Stored() {}

  static float half(MemorySegment data, long at) {
    return Float.float16ToFloat(data.get(SHORT, at));
  }

  static int halfBits(MemorySegment data, long at) {
    return data.get(SHORT, at) & 0xFFFF;
  }

  static float single(MemorySegment data, long at) {
    return Float.intBitsToFloat(data.get(INT, at));
  }

  static float brain(MemorySegment data, long at) {
    return Float.intBitsToFloat(data.get(SHORT, at) << 16);
  }

  static int bits(MemorySegment data, long at) {
    return data.get(INT, at);
  }

  static int signed(MemorySegment data, long at) {
    return data.get(ValueLayout.JAVA_BYTE, at);
  }

  static int unsigned(MemorySegment data, long at) {
    return data.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
  }

  /// Half of the power of two that an 8-bit exponent (E8M0) stands for: MXFP4 counts in halves.
  static float halfPower(MemorySegment data, long at) {
    int exponent = unsigned(data, at);
    return Float.intBitsToFloat(exponent < 2 ? 0x0020_0000 << exponent : (exponent - 1) << 23);
  }

  /// One of the eight 6-bit scales of a Q4_K or Q5_K block, which share 12 bytes with the minima:
  /// the upper two bits of the last four lie above those of the first.
  static int scale(MemorySegment data, long at, int group) {
    return group < 4
        ? unsigned(data, at + group) & 63
        : (unsigned(data, at + group + 4) & 15) | (unsigned(data, at + group - 4) >> 6 << 4);
  }

  /// The minimum of the same group.
  static int minimum(MemorySegment data, long at, int group) {
    return group < 4
        ? unsigned(data, at + group + 4) & 63
        : (unsigned(data, at + group + 4) >> 4) | (unsigned(data, at + group) >> 6 << 4);
  }

  /// One of the sixteen 6-bit scales of a Q3_K block: eight bytes of low halves, four of upper
  /// bits.
  static int signedScale(MemorySegment data, long at, int group) {
    int low = unsigned(data, at + group % 8) >> (group / 8 * 4) & 15;
    int high = unsigned(data, at + 8 + group % 4) >> (group / 4 * 2) & 3;
    return ((high << 4) | low) - 32;
  }
}

package rope4j.rotation.kernel;

/// How a channel is stored in memory, in native byte order.
public enum Format {
  /// binary32.
  F32(4),
  /// binary16.
  F16(2),
  /// The upper half of binary32.
  BF16(2);

  private final int bytes;

  Format(int bytes) {
    this.bytes = bytes;
  }

  /// Bytes of one channel.
  public int bytes() {
    return bytes;
  }

  /// The nearest bfloat16, ties to even, as its 16 bits.
  public static short toBfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> 16) | 0x40);
    }
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }

  /// The value of a bfloat16's 16 bits.
  public static float fromBfloat16(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }
}

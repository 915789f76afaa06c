package rope4j.rotation;

import rope4j.rotation.kernel.Format;

/// How the channels of queries and keys are stored in a memory segment, in native byte order. The
/// rotation itself is computed in float32 and rounded once, as ggml and vLLM's CUDA kernel do.
public enum ElementType {
  /// binary32, four bytes.
  F32(Format.F32),
  /// binary16, two bytes.
  F16(Format.F16),
  /// bfloat16, two bytes: the upper half of binary32.
  BF16(Format.BF16);

  private final Format format;

  ElementType(Format format) {
    this.format = format;
  }

  Format format() {
    return format;
  }

  /// Bytes of one channel.
  public int bytes() {
    return format.bytes();
  }

  /// The nearest value this type can hold, ties to even.
  public float round(float value) {
    return switch (this) {
      case F32 -> value;
      case F16 -> Float.float16ToFloat(Float.floatToFloat16(value));
      case BF16 -> Format.fromBfloat16(Format.toBfloat16(value));
    };
  }

  /// The 16 bits of the nearest value of a two-byte type.
  ///
  /// @throws IllegalStateException for a type that is not two bytes wide
  public short toBits(float value) {
    return switch (this) {
      case F32 -> throw new IllegalStateException("F32 has 32 bits, not 16");
      case F16 -> Float.floatToFloat16(value);
      case BF16 -> Format.toBfloat16(value);
    };
  }

  /// The value of a two-byte type's 16 bits.
  ///
  /// @throws IllegalStateException for a type that is not two bytes wide
  public float fromBits(short bits) {
    return switch (this) {
      case F32 -> throw new IllegalStateException("F32 has 32 bits, not 16");
      case F16 -> Float.float16ToFloat(bits);
      case BF16 -> Format.fromBfloat16(bits);
    };
  }
}

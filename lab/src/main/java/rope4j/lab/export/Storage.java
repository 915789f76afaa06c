package rope4j.lab.export;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import rope4j.checkpoint.TensorType;

/// How the matrices of a GGUF file are stored; vectors are always float32.
public enum Storage {
  F32(TensorType.F32, 0),
  F16(TensorType.F16, 1),
  /// Blocks of 32 with one byte a value and a float16 scale.
  Q8_0(TensorType.Q8_0, 7);

  private final TensorType type;
  private final int fileType;

  Storage(TensorType type, int fileType) {
    this.type = type;
    this.fileType = fileType;
  }

  TensorType type() {
    return type;
  }

  /// `general.file_type`. Source: llama.cpp `llama.h`, `enum llama_ftype`.
  int fileType() {
    return fileType;
  }

  /// @param columns values of a row
  byte[] encode(String name, float[] values, long columns) {
    if (columns % type.blockElements() != 0) {
      throw new IllegalArgumentException(
          name
              + " has rows of "
              + columns
              + " values, which "
              + type
              + " can't store; take F16, or a multiple of "
              + type.blockElements());
    }
    int bytes = values.length / type.blockElements() * type.blockBytes();
    ByteBuffer out = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    switch (this) {
      case F32 -> out.asFloatBuffer().put(values);
      case F16 -> {
        for (float value : values) {
          out.putShort(Float.floatToFloat16(value));
        }
      }
      case Q8_0 -> {
        for (int at = 0; at < values.length; at += 32) {
          block(values, at, out);
        }
      }
    }
    return out.array();
  }

  /// Source: ggml `ggml-quants.c`, `quantize_row_q8_0_ref`.
  private static void block(float[] values, int at, ByteBuffer out) {
    float largest = 0;
    for (int i = at; i < at + 32; i++) {
      largest = Math.max(largest, Math.abs(values[i]));
    }
    float scale = largest / 127;
    float inverse = scale == 0 ? 0 : 1 / scale;
    out.putShort(Float.floatToFloat16(scale));
    for (int i = at; i < at + 32; i++) {
      out.put((byte) Math.round(values[i] * inverse));
    }
  }
}

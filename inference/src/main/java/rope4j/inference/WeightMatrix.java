package rope4j.inference;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.TensorType;

/// A mapped weight matrix, read in pieces: it is never copied to the heap as a whole.
///
/// @param rows outputs
/// @param columns inputs; consecutive in the file
/// @param type how the file stores a row
/// @param data the mapped bytes of all rows
record WeightMatrix(int rows, int columns, TensorType type, MemorySegment data) {

  private static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort F16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int Q8_BLOCK = 32;
  private static final int Q8_BYTES = 2 + Q8_BLOCK;

  /// Whether this engine can read the type.
  static boolean supports(TensorType type) {
    return switch (type) {
      case F32, F16, BF16, Q8_0 -> true;
      default -> false;
    };
  }

  /// Reads part of a row as float32.
  ///
  /// @param column first column; a multiple of 32, so that it starts a block of any supported type
  void unpack(int row, int column, int count, float[] into, int offset) {
    long first = (long) row * columns + column;
    switch (type) {
      case F32 -> MemorySegment.copy(data, F32, first * 4, into, offset, count);
      case F16 -> {
        for (int i = 0; i < count; i++) {
          into[offset + i] = Float.float16ToFloat(data.get(F16, (first + i) * 2));
        }
      }
      case BF16 -> {
        for (int i = 0; i < count; i++) {
          into[offset + i] = Float.intBitsToFloat(data.get(F16, (first + i) * 2) << 16);
        }
      }
      case Q8_0 -> unpackQ8(first / Q8_BLOCK, count, into, offset);
      default ->
          throw new CheckpointException("tensor type " + type + " can't be read by this engine");
    }
  }

  private void unpackQ8(long block, int count, float[] into, int offset) {
    for (int i = 0; i < count; i += Q8_BLOCK, block++) {
      long at = block * Q8_BYTES;
      float scale = Float.float16ToFloat(data.get(F16, at));
      int end = Math.min(Q8_BLOCK, count - i);
      for (int j = 0; j < end; j++) {
        into[offset + i + j] = scale * data.get(ValueLayout.JAVA_BYTE, at + 2 + j);
      }
    }
  }

  /// All of it, for vectors such as norm weights.
  float[] toArray() {
    float[] values = new float[Math.multiplyExact(rows, columns)];
    for (int row = 0; row < rows; row++) {
      unpack(row, 0, columns, values, row * columns);
    }
    return values;
  }
}

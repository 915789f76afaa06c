package rope4j.inference.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import rope4j.checkpoint.TensorType;

/// Blocks of weights of four and six bits as files store them.
final class StoredBlocks {

  private StoredBlocks() {}

  /// Random weights without NaN.
  static MemorySegment random(TensorType type, int blocks, Random random) {
    byte[] block = new byte[type.blockBytes()];
    ByteBuffer bytes = ByteBuffer.allocate(blocks * block.length);
    for (int b = 0; b < blocks; b++) {
      random.nextBytes(block);
      scale(type, block, 0, (float) random.nextGaussian() * 0.1f);
      bytes.put(block);
    }
    return MemorySegment.ofArray(bytes.array());
  }

  /// Gives a block a scale, and the same as the scale of its minima.
  ///
  /// @param at where the block begins
  static void scale(TensorType type, byte[] blocks, int at, float scale) {
    ByteBuffer bytes = ByteBuffer.wrap(blocks).order(ByteOrder.LITTLE_ENDIAN);
    short half = Float.floatToFloat16(scale);
    switch (type) {
      case Q4_K -> bytes.putShort(at, half).putShort(at + 2, half);
      case Q6_K -> bytes.putShort(at + 208, half);
      default -> bytes.putShort(at, half);
    }
  }
}

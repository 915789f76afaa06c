package rope4j.rotation.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A few heads of binary16, widened to float32 and narrowed again in loops that the compiler turns
/// into the processor's own conversions. They stay in the first-level cache meanwhile.
///
/// @param halves the channels as they are stored
/// @param floats the channels widened
record Float16Buffer(short[] halves, float[] floats) {

  private static final int CHANNELS = 2048;

  private static final ThreadLocal<Float16Buffer> BUFFERS =
      ThreadLocal.withInitial(() -> of(CHANNELS));

  private static Float16Buffer of(int channels) {
    return new Float16Buffer(new short[channels], new float[channels]);
  }

  /// A buffer with room for at least a head of so many channels.
  static Float16Buffer ofThisThread(int channels) {
    Float16Buffer buffer = BUFFERS.get();
    if (buffer.halves.length < channels) {
      buffer = of(channels);
      BUFFERS.set(buffer);
    }
    return buffer;
  }

  /// How many heads of so many channels it holds at once.
  int heads(int channels) {
    return halves.length / channels;
  }

  void widen(MemorySegment x, long from, long stride, int heads, int channels) {
    for (int h = 0; h < heads; h++) {
      MemorySegment.copy(
          x, ValueLayout.JAVA_SHORT_UNALIGNED, from + h * stride, halves, h * channels, channels);
    }
    for (int i = 0; i < heads * channels; i++) {
      floats[i] = Float.float16ToFloat(halves[i]);
    }
  }

  void narrow(MemorySegment x, long to, long stride, int heads, int channels) {
    for (int i = 0; i < heads * channels; i++) {
      halves[i] = Float.floatToFloat16(floats[i]);
    }
    for (int h = 0; h < heads; h++) {
      MemorySegment.copy(
          halves, h * channels, x, ValueLayout.JAVA_SHORT_UNALIGNED, to + h * stride, channels);
    }
  }
}

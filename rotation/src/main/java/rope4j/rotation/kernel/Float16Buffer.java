package rope4j.rotation.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A few heads of binary16, for which the Vector API has no lanes, widened to float32 and narrowed
/// again in loops that the compiler turns into the processor's own conversions. They stay in the
/// first-level cache meanwhile.
///
/// @param floats the channels widened
record Float16Buffer(float[] floats) {

  /// Shorter loops would spend their time before and after the part that is vectorised.
  private static final int CHANNELS = 4096;

  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

  private static final ThreadLocal<Float16Buffer> BUFFERS =
      ThreadLocal.withInitial(() -> new Float16Buffer(new float[CHANNELS]));

  /// A buffer with room for at least a head of so many channels.
  static Float16Buffer ofThisThread(int channels) {
    Float16Buffer buffer = BUFFERS.get();
    if (buffer.floats.length < channels) {
      buffer = new Float16Buffer(new float[channels]);
      BUFFERS.set(buffer);
    }
    return buffer;
  }

  /// How many heads of so many channels it holds at once.
  int heads(int channels) {
    return floats.length / channels;
  }

  void widen(MemorySegment x, long from, long stride, int heads, int channels) {
    if (stride == 2L * channels) {
      widen(x, from, floats, 0, heads * channels);
      return;
    }
    for (int h = 0; h < heads; h++) {
      widen(x, from + h * stride, floats, h * channels, channels);
    }
  }

  private static void widen(MemorySegment x, long from, float[] floats, int to, int channels) {
    for (int i = 0; i < channels; i++) {
      floats[to + i] = Float.float16ToFloat(x.get(SHORT, from + 2L * i));
    }
  }

  void narrow(MemorySegment x, long to, long stride, int heads, int channels) {
    if (stride == 2L * channels) {
      narrow(x, to, floats, 0, heads * channels);
      return;
    }
    for (int h = 0; h < heads; h++) {
      narrow(x, to + h * stride, floats, h * channels, channels);
    }
  }

  private static void narrow(MemorySegment x, long to, float[] floats, int from, int channels) {
    for (int i = 0; i < channels; i++) {
      x.set(SHORT, to + 2L * i, Float.floatToFloat16(floats[from + i]));
    }
  }
}

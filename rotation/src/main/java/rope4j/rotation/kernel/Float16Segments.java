package rope4j.rotation.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// [Float32Segments] for binary16, for which the Vector API has no lanes: a few heads at a time are
/// widened to float32 and narrowed again, in loops that the compiler turns into the processor's own
/// conversions. They stay in the first-level cache meanwhile.
final class Float16Segments {

  /// Shorter loops would spend their time before and after the part that is vectorised.
  private static final int CHANNELS = 4096;

  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

  private static final ThreadLocal<float[]> BUFFERS =
      ThreadLocal.withInitial(() -> new float[CHANNELS]);

  private Float16Segments() {}

  /// How many heads of so many rotated channels are widened at a time.
  static int heads(int channels) {
    return Math.max(1, CHANNELS / channels);
  }

  static void half(
      MemorySegment x, long offset, int heads, long stride, AngleTable table, int row) {
    int channels = 2 * table.pairs();
    float[] floats = buffer(heads * channels);
    widen(x, offset, stride, heads, channels, floats);
    Float32Arrays.half(floats, 0, heads, channels, table, row);
    narrow(x, offset, stride, heads, channels, floats);
  }

  static void interleaved(
      MemorySegment x, long offset, int heads, long stride, AngleTable table, int row) {
    int channels = 2 * table.pairs();
    float[] floats = buffer(heads * channels);
    widen(x, offset, stride, heads, channels, floats);
    Float32Arrays.interleaved(floats, 0, heads, channels, table, row);
    narrow(x, offset, stride, heads, channels, floats);
  }

  private static float[] buffer(int channels) {
    float[] floats = BUFFERS.get();
    if (floats.length < channels) {
      floats = new float[channels];
      BUFFERS.set(floats);
    }
    return floats;
  }

  private static void widen(
      MemorySegment x, long from, long stride, int heads, int channels, float[] floats) {
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

  private static void narrow(
      MemorySegment x, long to, long stride, int heads, int channels, float[] floats) {
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

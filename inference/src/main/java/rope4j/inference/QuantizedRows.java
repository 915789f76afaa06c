package rope4j.inference;

import java.util.Arrays;
import rope4j.inference.kernel.CacheKernels;

/// Rows in blocks of bytes with a scale each.
final class QuantizedRows extends CachedRows {

  private static final byte[] NONE = {};
  private static final short[] NO_SCALES = {};

  private final CacheKernels kernels;
  private byte[][] chunks = {};
  private short[][] scales = {};

  QuantizedRows(CacheKernels kernels, int channels, int window, int capacity) {
    super(channels, window, capacity);
    this.kernels = kernels;
  }

  @Override
  float[] read(int position, int count, float[] scratch, int scratchOffset) {
    kernels.dequantize(
        chunks[position / CHUNK],
        scales[position / CHUNK],
        position % CHUNK * channels,
        scratch,
        scratchOffset,
        count * channels);
    return scratch;
  }

  @Override
  int offset(int position, int scratchOffset) {
    return scratchOffset;
  }

  @Override
  void write(int chunk, int at, float[] rows, int offset, int length) {
    kernels.quantize(rows, offset, chunks[chunk], scales[chunk], at, length);
  }

  @Override
  long bytes() {
    long bytes = 0;
    for (int chunk = 0; chunk < chunks.length; chunk++) {
      bytes += chunks[chunk].length + (long) scales[chunk].length * Short.BYTES;
    }
    return bytes;
  }

  @Override
  void resize(int count) {
    int old = chunks.length;
    chunks = Arrays.copyOf(chunks, count);
    scales = Arrays.copyOf(scales, count);
    Arrays.fill(chunks, old, count, NONE);
    Arrays.fill(scales, old, count, NO_SCALES);
  }

  @Override
  boolean has(int chunk) {
    return chunks[chunk].length > 0;
  }

  @Override
  void allocate(int chunk, int length) {
    chunks[chunk] = new byte[length];
    scales[chunk] = new short[length / CacheKernels.BLOCK];
  }

  @Override
  void move(int from, int to) {
    chunks[to] = chunks[from];
    chunks[from] = NONE;
    scales[to] = scales[from];
    scales[from] = NO_SCALES;
  }
}

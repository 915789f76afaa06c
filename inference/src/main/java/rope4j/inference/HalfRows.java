package rope4j.inference;

import java.util.Arrays;
import rope4j.inference.kernel.CacheKernels;

/// Rows in binary16.
final class HalfRows extends CachedRows {

  private static final short[] NONE = {};

  private final CacheKernels kernels;
  private short[][] chunks = {};

  HalfRows(CacheKernels kernels, int channels, int window, int capacity) {
    super(channels, window, capacity);
    this.kernels = kernels;
  }

  @Override
  float[] read(int position, int count, float[] scratch, int scratchOffset) {
    kernels.widen(
        chunks[position / CHUNK],
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
    kernels.narrow(rows, offset, chunks[chunk], at, length);
  }

  @Override
  long bytes() {
    return Arrays.stream(chunks).mapToLong(chunk -> (long) chunk.length * Short.BYTES).sum();
  }

  @Override
  void resize(int count) {
    int old = chunks.length;
    chunks = Arrays.copyOf(chunks, count);
    Arrays.fill(chunks, old, count, NONE);
  }

  @Override
  boolean has(int chunk) {
    return chunks[chunk].length > 0;
  }

  @Override
  void allocate(int chunk, int length) {
    chunks[chunk] = new short[length];
  }

  @Override
  void move(int from, int to) {
    chunks[to] = chunks[from];
    chunks[from] = NONE;
  }
}

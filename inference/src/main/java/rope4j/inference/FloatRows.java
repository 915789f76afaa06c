package rope4j.inference;

import java.util.Arrays;

/// Rows as they were computed; read where they lie.
final class FloatRows extends CachedRows {

  private static final float[] NONE = {};

  private float[][] chunks = {};

  FloatRows(int channels, int window, int capacity) {
    super(channels, window, capacity);
  }

  @Override
  float[] read(int position, int count, float[] scratch, int scratchOffset) {
    return chunks[position / CHUNK];
  }

  @Override
  int offset(int position, int scratchOffset) {
    return position % CHUNK * channels;
  }

  @Override
  void write(int chunk, int at, float[] rows, int offset, int length) {
    System.arraycopy(rows, offset, chunks[chunk], at, length);
  }

  @Override
  long bytes() {
    return Arrays.stream(chunks).mapToLong(chunk -> (long) chunk.length * Float.BYTES).sum();
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
    chunks[chunk] = new float[length];
  }

  @Override
  void move(int from, int to) {
    chunks[to] = chunks[from];
    chunks[from] = NONE;
  }
}

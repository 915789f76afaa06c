package rope4j.inference;

import rope4j.inference.kernel.CacheKernels;

/// The keys or values of one head in one layer, `[position][channel]`, in chunks of positions:
/// growing copies nothing, and chunks that lie before every window are used again.
abstract sealed class CachedRows permits FloatRows, HalfRows, QuantizedRows {

  /// Positions of a chunk; a whole number of the blocks that attention reads.
  static final int CHUNK = 256;

  final int channels;
  private final int window;
  private final int capacity;
  private int chunks;
  private int oldest;

  /// @param window tokens that a query sees; 0 for all
  /// @param capacity positions there will be at most: the last chunk has no room for more
  CachedRows(int channels, int window, int capacity) {
    this.channels = channels;
    this.window = window;
    this.capacity = capacity;
  }

  static CachedRows of(
      KeyValueType type, CacheKernels kernels, int channels, int window, int capacity) {
    return switch (type) {
      case F32 -> new FloatRows(channels, window, capacity);
      case F16 -> new HalfRows(kernels, channels, window, capacity);
      case Q8_0 -> new QuantizedRows(kernels, channels, window, capacity);
    };
  }

  /// Positions that are stored at once when a text of so many tokens is fed in batches.
  static long positions(int tokens, int window, int batch) {
    if (window == 0) {
      return tokens;
    }
    long seen = (long) window - 1 + batch;
    return Math.min(tokens, (Math.max(0, seen - 2) / CHUNK + 2) * CHUNK);
  }

  /// Makes room for the positions from `first`, the oldest that is still seen, up to `end`.
  final void prepare(int first, int end) {
    int from = window == 0 ? 0 : first / CHUNK;
    int to = (end - 1) / CHUNK;
    if (to >= chunks) {
      chunks = Math.max(to + 1, Math.min(2 * chunks, lastChunk() + 1));
      resize(chunks);
    }
    oldest = Math.max(oldest, from * CHUNK);
    for (int chunk = to; chunk >= from; chunk--) {
      if (has(chunk)) {
        if (window == 0) {
          break; // so are all before it
        }
      } else {
        int spare = window == 0 ? -1 : spare(from, to);
        if (spare >= 0 && room(chunk) == CHUNK) {
          move(spare, chunk);
        } else {
          allocate(chunk, room(chunk) * channels);
        }
      }
    }
  }

  private int lastChunk() {
    return (capacity - 1) / CHUNK;
  }

  private int room(int chunk) {
    return Math.min(CHUNK, capacity - chunk * CHUNK);
  }

  private int spare(int from, int to) {
    for (int chunk = 0; chunk < chunks; chunk++) {
      if ((chunk < from || chunk > to) && has(chunk) && room(chunk) == CHUNK) {
        return chunk;
      }
    }
    return -1;
  }

  /// First position that is still there.
  final int oldest() {
    return oldest;
  }

  /// Says that nothing before this position is there any more.
  final void startAt(int position) {
    oldest = position;
  }

  /// Makes room for some rows and leaves all others where they are.
  final void reserve(int position, int count) {
    for (int chunk = position / CHUNK; chunk <= (position + count - 1) / CHUNK; chunk++) {
      if (!has(chunk)) {
        allocate(chunk, room(chunk) * channels);
      }
    }
  }

  /// Lets go of what no token sees any more, in layers with a window, once positions have moved.
  ///
  /// @param end tokens that are left
  final void release(int end) {
    for (int chunk = 0; window > 0 && chunk < chunks; chunk++) {
      if (has(chunk) && (chunk * CHUNK >= end || (chunk + 1) * CHUNK <= oldest)) {
        allocate(chunk, 0);
      }
    }
  }

  /// Forgets what was stored, so that positions may begin at 0 again.
  final void clear() {
    oldest = 0;
  }

  /// How many of the rows from a position on lie in one chunk.
  static int together(int first, int count) {
    return Math.min(count, CHUNK - first % CHUNK);
  }

  /// Stores consecutive rows.
  final void write(int position, float[] rows, int offset, int count) {
    int at = offset;
    for (int row = position; row < position + count; ) {
      int some = together(row, position + count - row);
      write(row / CHUNK, row % CHUNK * channels, rows, at, some * channels);
      at += some * channels;
      row += some;
    }
  }

  /// Reads consecutive rows into an array.
  final void copy(int position, int count, float[] into, int offset) {
    int at = offset;
    for (int row = position; row < position + count; ) {
      int some = together(row, position + count - row);
      float[] from = read(row, some, into, at);
      if (from != into) {
        System.arraycopy(from, offset(row, at), into, at, some * channels);
      }
      at += some * channels;
      row += some;
    }
  }

  /// An array that holds rows of one chunk as float32: the chunk itself where it can be, else
  /// `scratch`.
  abstract float[] read(int position, int count, float[] scratch, int scratchOffset);

  /// Where in the array of [#read] the rows begin.
  abstract int offset(int position, int scratchOffset);

  /// Bytes of all chunks.
  abstract long bytes();

  abstract void write(int chunk, int at, float[] rows, int offset, int length);

  abstract void resize(int count);

  abstract boolean has(int chunk);

  abstract void allocate(int chunk, int length);

  abstract void move(int from, int to);
}

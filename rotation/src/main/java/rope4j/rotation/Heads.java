package rope4j.rotation;

import java.lang.foreign.MemorySegment;
import rope4j.rotation.kernel.AngleTable;
import rope4j.rotation.kernel.Format;
import rope4j.rotation.kernel.RotationKernel;

/// Applies a filled table to batches of heads of one layout, in place.
record Heads(Layout layout, RotationKernel kernel, ChannelPermutation permutation) {

  static Heads of(Layout layout, RotationKernel kernel) {
    return new Heads(
        layout, kernel, ChannelPermutation.between(layout.read(), layout.write(), layout.pairs()));
  }

  CosSin table(int capacity) {
    return new CosSin(layout.pairs(), capacity);
  }

  void requireFits(CosSin table) {
    if (table.pairs != layout.pairs()) {
      throw new IllegalArgumentException(
          "the table holds " + table.pairs + " pairs per token, but " + layout.pairs() + " rotate");
    }
  }

  void rotate(float[] x, int offset, int heads, CosSin table, int firstRow, int rows) {
    requireFits(table);
    requireRows(table, firstRow, rows);
    requireBatch(x, offset, heads, rows);
    rotateChecked(x, offset, heads, table, firstRow, rows);
  }

  void requireBatch(float[] x, int offset, int heads, int rows) {
    long length = (long) rows * heads * layout.headDimension();
    if (heads < 0 || offset < 0 || offset + length > x.length) {
      throw new IndexOutOfBoundsException(batch(rows, heads, offset) + "an array of " + x.length);
    }
  }

  /// For a batch and rows that are known to fit.
  void rotateChecked(float[] x, int offset, int heads, CosSin table, int row, int rows) {
    AngleTable angles = table.angles;
    int first = offset + layout.firstChannel();
    int stride = layout.headDimension();
    switch (layout.read()) {
      case HALF -> kernel.half(x, first, rows, heads, stride, angles, row);
      case INTERLEAVED -> kernel.interleaved(x, first, rows, heads, stride, angles, row);
    }
    if (!permutation.isIdentity()) {
      for (int n = 0; n < rows * heads; n++) {
        permutation.apply(x, first + n * stride);
      }
    }
  }

  void rotateRounding(
      float[] x, int offset, int heads, ElementType type, CosSin table, int firstRow, int rows) {
    requireFits(table);
    requireRows(table, firstRow, rows);
    requireBatch(x, offset, heads, rows);
    for (int n = 0; n < rows * heads; n++) {
      int first = offset + n * layout.headDimension() + layout.firstChannel();
      for (int i = 0; i < layout.pairs(); i++) {
        boolean half = layout.read() == Pairing.HALF;
        int a = first + (half ? i : 2 * i);
        int b = first + (half ? i + layout.pairs() : 2 * i + 1);
        roundPair(x, a, b, type, table, firstRow + n / heads, i);
      }
      permutation.apply(x, first);
    }
  }

  private static void roundPair(
      float[] x, int a, int b, ElementType type, CosSin table, int row, int pair) {
    float c = table.cos(row, pair);
    float s = table.sin(row, pair);
    float first = type.round(type.round(x[a] * c) - type.round(x[b] * s));
    x[b] = type.round(type.round(x[b] * c) + type.round(x[a] * s));
    x[a] = first;
  }

  void rotate(
      MemorySegment x,
      ElementType type,
      long offset,
      int heads,
      CosSin table,
      int firstRow,
      int rows) {
    requireFits(table);
    requireRows(table, firstRow, rows);
    long token = tokenBytes(type, heads);
    if (heads < 0 || offset < 0 || offset + rows * token > x.byteSize()) {
      throw new IndexOutOfBoundsException(
          batch(rows, heads, offset) + "a segment of " + x.byteSize() + " bytes");
    }
    long first = offset + (long) layout.firstChannel() * type.bytes();
    long stride = (long) layout.headDimension() * type.bytes();
    AngleTable angles = table.angles;
    Format format = type.format();
    switch (layout.read()) {
      case HALF -> kernel.half(x, format, first, rows, heads, stride, angles, firstRow);
      case INTERLEAVED ->
          kernel.interleaved(x, format, first, rows, heads, stride, angles, firstRow);
    }
    if (!permutation.isIdentity()) {
      for (long n = 0; n < (long) rows * heads; n++) {
        permutation.apply(x, type, first + n * stride);
      }
    }
  }

  /// Bytes from one token to the next.
  private long tokenBytes(ElementType type, int heads) {
    return Math.multiplyExact((long) heads * layout.headDimension(), type.bytes());
  }

  private static void requireRows(CosSin table, int firstRow, int rows) {
    if (firstRow < 0 || rows < 0 || firstRow > table.tokens - rows) {
      throw new IndexOutOfBoundsException(
          "the table holds "
              + table.tokens
              + " tokens, not "
              + rows
              + " from token "
              + firstRow
              + " on");
    }
  }

  private String batch(int rows, int heads, long offset) {
    return "a batch of "
        + rows
        + " tokens x "
        + heads
        + " heads x "
        + layout.headDimension()
        + " channels from index "
        + offset
        + " does not fit into ";
  }
}

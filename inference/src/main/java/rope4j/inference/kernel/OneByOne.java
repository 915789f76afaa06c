package rope4j.inference.kernel;

import java.lang.foreign.MemorySegment;

/// A [RowProduct] of a type that is bound by arithmetic: its rows go one after the other, since two
/// at a time would need more registers and gain nothing from memory.
record OneByOne(Row row) implements RowProduct {

  /// A row times the activations.
  @FunctionalInterface
  interface Row {

    /// @param row the byte where the row starts
    /// @param scratch what [#prepare] left there
    float multiply(MemorySegment data, long row, int columns, float[] x, int xAt, float[] scratch);

    /// As [RowProduct#prepare].
    default void prepare(float[] x, int xAt, int columns, float[] scratch) {}
  }

  @Override
  public void prepare(float[] x, int xAt, int columns, float[] scratch) {
    row.prepare(x, xAt, columns, scratch);
  }

  @Override
  public void multiply(
      MemorySegment data,
      long first,
      long second,
      int columns,
      float[] x,
      int xAt,
      float[] y,
      int yFirst,
      int ySecond,
      boolean accumulate,
      float[] scratch) {
    float a = row.multiply(data, first, columns, x, xAt, scratch);
    float b = row.multiply(data, second, columns, x, xAt, scratch);
    float before = accumulate ? y[yFirst] : 0;
    float beforeSecond = accumulate ? y[ySecond] : 0;
    y[yFirst] = before + a;
    y[ySecond] = beforeSecond + b;
  }
}

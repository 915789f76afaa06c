package rope4j.rotation;

import rope4j.rotation.kernel.RotationKernel;

/// Moves keys that are already rotated: to other positions, to other frequencies, or to both. Only
/// angles change; the keys' length, and so the attention factor they were given, stays.
///
/// Needed wherever a cache outlives its rotation: a context shift, a context that outgrew a dynamic
/// rule or the short list of LongRoPE, a cache loaded under another scaling. The angle between old
/// and new place is formed in float64, so that moving once is as exact as rotating afresh.
///
/// ```java
/// Rerotation longer = Rerotation.between(shortFrequencies, longFrequencies, layout);
/// CosSin table = longer.table(cachedTokens);
/// longer.fill(table, positions, positions, 0, cachedTokens);
/// longer.rotate(keys, 0, keyValueHeads, table);
/// ```
public final class Rerotation {

  private final double[] from;
  private final double[] to;
  private final Heads heads;
  private final boolean negative;

  private Rerotation(double[] from, double[] to, Layout layout) {
    this.from = from;
    this.to = to;
    this.negative = layout.negative();
    this.heads = Heads.of(layout, RotationKernel.best());
  }

  /// From the frequencies a cache was rotated with to others.
  ///
  /// @param layout the layout of the rotation that filled the cache
  /// @throws IllegalArgumentException when the numbers of pairs differ
  public static Rerotation between(Frequencies from, Frequencies to, Layout layout) {
    if (from.pairs() != layout.pairs() || to.pairs() != layout.pairs()) {
      throw new IllegalArgumentException(
          "old and new frequencies have "
              + from.pairs()
              + " and "
              + to.pairs()
              + " pairs, but the layout has "
              + layout.pairs());
    }
    return new Rerotation(from.inverse(), to.inverse(), layout.cached());
  }

  /// An empty table with room for this many keys.
  public CosSin table(int capacity) {
    return heads.table(capacity);
  }

  /// Fills a table: key `t` goes from `oldPositions[first + t]` to `newPositions[first + t]`.
  public void fill(CosSin table, int[] oldPositions, int[] newPositions, int first, int keys) {
    heads.requireFits(table);
    table.begin(keys);
    for (int t = 0; t < keys; t++) {
      fillRow(table, t * table.pairs, oldPositions[first + t], newPositions[first + t]);
    }
  }

  private void fillRow(CosSin table, int at, int oldPosition, int newPosition) {
    for (int i = 0; i < from.length; i++) {
      double was = oldPosition * from[i];
      double becomes = newPosition * to[i];
      double angle = becomes - was;
      // What rounding took from the two products and their difference.
      double rest =
          Math.fma(newPosition, to[i], -becomes)
              - Math.fma(oldPosition, from[i], -was)
              + lostBy(becomes, -was, angle);
      double c = Math.cos(angle);
      double s = Math.sin(angle);
      table.angles.cos()[at + i] = (float) (c - s * rest);
      float sin = (float) (s + c * rest);
      table.angles.sin()[at + i] = negative ? -sin : sin;
    }
  }

  /// What is missing from the rounded sum of two numbers, exactly (Knuth's two-sum).
  private static double lostBy(double a, double b, double sum) {
    double virtual = sum - a;
    return (a - (sum - virtual)) + (b - virtual);
  }

  /// Moves a batch `[keys][heads][headDimension]` in place.
  ///
  /// @throws IndexOutOfBoundsException when the batch does not fit into `x`
  public void rotate(float[] x, int offset, int headCount, CosSin table) {
    heads.rotate(x, offset, headCount, table, 0, table.tokens);
  }

  /// Moves a batch in a memory segment in place.
  public void rotate(
      java.lang.foreign.MemorySegment x,
      ElementType type,
      long byteOffset,
      int headCount,
      CosSin table) {
    heads.rotate(x, type, byteOffset, headCount, table, 0, table.tokens);
  }
}

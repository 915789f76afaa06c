package rope4j.inference;

import java.util.Arrays;
import rope4j.inference.kernel.InterleavedProduct;
import rope4j.inference.kernel.RoundedToken;

/// A matrix's rows rearranged for an [InterleavedProduct]: a copy on the heap, made panel by panel
/// when a single token first comes to them, as long as there is room.
///
/// Threads that share a matrix work on different panels of it, one step after another.
final class InterleavedRows {

  private static final int[] NONE = {};

  private final int[][] panels;

  InterleavedRows(int rows) {
    panels = new int[Products.panels(rows)][];
    drop();
  }

  /// Forgets the copy. Threads that multiply with a panel of it go on with that.
  void drop() {
    Arrays.fill(panels, NONE);
  }

  /// A panel's groups; empty where there is no room for them.
  int[] panel(int panel, WeightMatrix weights, InterleavedProduct product, CopyRoom room) {
    int[] groups = panels[panel];
    if (groups.length == 0) {
      groups = make(panel, weights, product, room);
      panels[panel] = groups;
    }
    return groups;
  }

  private int[] make(int panel, WeightMatrix weights, InterleavedProduct product, CopyRoom room) {
    int first = panel * Products.PANEL;
    int rows = Math.min(Products.PANEL, weights.rows() - first);
    int group = product.length(weights.columns());
    int groups = Math.ceilDiv(rows, product.rows());
    long bytes = Integer.BYTES * (long) group * groups;
    if (!room.take(bytes, this)) {
      return NONE;
    }
    int[] made;
    try {
      made = new int[group * groups];
    } catch (OutOfMemoryError e) {
      // The weights are there as they are stored: the text goes on, at the other speed.
      room.exhausted(bytes);
      return NONE;
    }
    for (int g = 0; g < groups; g++) {
      int from = g * product.rows();
      product.interleave(
          weights.data(),
          weights.offset(first + from, 0),
          weights.offset(1, 0),
          Math.min(product.rows(), rows - from),
          weights.columns(),
          made,
          g * group);
    }
    return made;
  }

  /// `y (+)= weights * x` for one panel.
  ///
  /// @param groups what [#panel] gave
  /// @param scratch room for a panel's rows, in whole groups
  static void multiply(
      int[] groups,
      int panel,
      WeightMatrix weights,
      InterleavedProduct product,
      RoundedToken x,
      float[] y,
      boolean accumulate,
      float[] scratch) {
    int first = panel * Products.PANEL;
    int rows = Math.min(Products.PANEL, weights.rows() - first);
    int length = product.length(weights.columns());
    int size = product.rows();
    int count = Math.ceilDiv(rows, size);
    int half = (count + 1) / 2;
    for (int g = 0; g < half; g++) {
      // The middle group of an odd count goes with itself.
      int other = g + half < count ? g + half : g;
      product.multiply(
          groups,
          g * length,
          other * length,
          weights.columns(),
          x,
          scratch,
          g * size,
          other * size);
    }
    for (int r = 0; r < rows; r++) {
      y[first + r] = accumulate ? y[first + r] + scratch[r] : scratch[r];
    }
  }
}

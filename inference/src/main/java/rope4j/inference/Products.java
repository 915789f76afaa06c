package rope4j.inference;

import static rope4j.inference.kernel.Kernels.TILE;

import rope4j.inference.kernel.Kernels;
import rope4j.inference.kernel.WeightDecoder;

/// Products of mapped weights with tiles of activations, on all threads.
///
/// A thread takes a panel of rows, unpacks it piece by piece into its scratch memory, and
/// multiplies the piece with every tile while it is in cache: the cost of unpacking is shared by
/// all tokens of the batch.
final class Products {

  /// Rows of a panel.
  static final int PANEL = 16;

  /// Columns unpacked at once: a panel of this depth stays within the second-level cache. A
  /// multiple of every type's block.
  private static final int DEPTH = 1024;

  private final Kernels kernels;
  private final float[][] panels;

  Products(Kernels kernels, int threads) {
    this.kernels = kernels;
    panels = new float[threads][PANEL * DEPTH];
  }

  /// Panels of a matrix.
  static int panels(WeightMatrix weights) {
    return (weights.rows() + PANEL - 1) / PANEL;
  }

  /// `y (+)= weights * x` for one panel of rows and all tiles.
  ///
  /// @param x `[tiles][columns][TILE]`
  /// @param y `[tiles][rows][TILE]`
  void multiply(
      WeightMatrix weights,
      int panel,
      float[] x,
      float[] y,
      int tiles,
      boolean accumulate,
      int worker) {
    float[] unpacked = panels[worker];
    int firstRow = panel * PANEL;
    int rows = Math.min(PANEL, weights.rows() - firstRow);
    int columns = weights.columns();
    WeightDecoder decoder = weights.decoder(kernels);
    for (int column = 0; column < columns; column += DEPTH) {
      int depth = Math.min(DEPTH, columns - column);
      for (int r = 0; r < rows; r++) {
        weights.unpack(decoder, firstRow + r, column, depth, unpacked, r * depth);
      }
      for (int tile = 0; tile < tiles; tile++) {
        kernels.multiply(
            unpacked,
            0,
            depth,
            1,
            x,
            (tile * columns + column) * TILE,
            y,
            (tile * weights.rows() + firstRow) * TILE,
            rows,
            depth,
            accumulate || column > 0);
      }
    }
  }
}

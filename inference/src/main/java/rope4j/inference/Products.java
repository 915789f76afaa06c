package rope4j.inference;

import java.util.Optional;
import rope4j.inference.SessionOptions.Activations;
import rope4j.inference.kernel.Elementwise;
import rope4j.inference.kernel.Kernels;
import rope4j.inference.kernel.RowProduct;
import rope4j.inference.kernel.WeightDecoder;

/// Products of mapped weights with tiles of activations, on all threads.
///
/// A thread takes a panel of rows, unpacks it piece by piece into its scratch memory, and
/// multiplies the piece with every tile while it is in cache: the cost of unpacking is shared by
/// all tokens of the batch. A single token is multiplied with the stored weights as they are.
final class Products {

  /// Rows of a panel.
  static final int PANEL = 64;

  /// Columns unpacked at once: long enough runs of bytes for the memory's prefetcher, few enough
  /// for a panel to stay within the second-level cache. A multiple of every type's block.
  private static final int DEPTH = 1024;

  /// Columns multiplied at once: so many channels of a tile stay within the first-level cache while
  /// the rows of a panel go by.
  static final int STEP = 256;

  /// Distance of a panel's rows: not a power of two, so that they do not share lines of the cache.
  private static final int ROW = DEPTH + 16;

  private final Kernels kernels;
  private final int tileTokens;
  private final float[][] panels;
  private final Optional<RoundedActivations> rounded;

  /// @param activations what products with weights of four and six bits do with activations
  /// @param room what copies of such weights may take
  Products(Kernels kernels, Workers workers, Activations activations, CopyRoom room) {
    this.kernels = kernels;
    this.tileTokens = kernels.tile();
    panels = new float[workers.threads()][PANEL * ROW];
    rounded =
        switch (activations) {
          case FLOATS -> Optional.empty();
          case EIGHT_BITS -> Optional.of(new RoundedActivations(kernels, workers, room));
        };
  }

  /// To be called before products of new activations, by one thread.
  void begin(float[] x) {
    if (rounded.isPresent()) {
      rounded.get().begin(x);
    }
  }

  /// To be called after [#begin] with every matrix the activations are multiplied with, by one
  /// thread: prepares them for it.
  void expect(WeightMatrix weights, int tiles) {
    if (rounded.isPresent() && RoundedActivations.areFor(weights.type())) {
      rounded.get().round(weights, tiles);
    }
  }

  /// Panels of a matrix.
  static int panels(WeightMatrix weights) {
    return panels(weights.rows());
  }

  /// Panels of so many rows.
  static int panels(int rows) {
    return (rows + PANEL - 1) / PANEL;
  }

  /// `y (+)= weights * x + bias` for one panel of rows and all tiles.
  void multiply(
      Linear linear, int panel, float[] x, float[] y, int tiles, boolean accumulate, int worker) {
    multiply(linear.weights(), panel, x, y, tiles, accumulate, worker);
    if (linear.bias().length > 0) {
      int firstRow = panel * PANEL;
      int rows = Math.min(PANEL, linear.rows() - firstRow);
      for (int tile = 0; tile < tiles; tile++) {
        Elementwise.addRows(
            y,
            (tile * linear.rows() + firstRow) * tileTokens,
            rows,
            linear.bias(),
            firstRow,
            tileTokens);
      }
    }
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
    float[] in = x;
    if (rounded.isPresent() && rounded.get().holds(weights, x)) {
      if (rounded.get().multiplies(weights)) {
        rounded.get().multiply(weights, panel, y, tiles, accumulate, worker, panels[worker]);
        return;
      }
      in = rounded.get().floats();
    }
    multiply(
        weights, panel, in, weights.columns(), 0, y, weights.rows(), 0, tiles, accumulate, worker);
  }

  /// The same on some of the channels of wider activations.
  ///
  /// @param x `[tiles][xWidth][TILE]`, read from channel `xFirst` on
  /// @param y `[tiles][yWidth][TILE]`, written from channel `yFirst` on
  void multiply(
      WeightMatrix weights,
      int panel,
      float[] x,
      int xWidth,
      int xFirst,
      float[] y,
      int yWidth,
      int yFirst,
      int tiles,
      boolean accumulate,
      int worker) {
    float[] unpacked = panels[worker];
    int firstRow = panel * PANEL;
    int rows = Math.min(PANEL, weights.rows() - firstRow);
    int columns = weights.columns();
    Optional<RowProduct> product = kernels.rowProduct(weights.type());
    if (product.isPresent()) {
      int to = yFirst + firstRow;
      weights.multiply(product.get(), firstRow, rows, x, xFirst, y, to, accumulate, panels[worker]);
      return;
    }
    WeightDecoder decoder = weights.decoder(kernels);
    for (int column = 0; column < columns; column += DEPTH) {
      int depth = Math.min(DEPTH, columns - column);
      for (int r = 0; r < rows; r++) {
        weights.unpack(decoder, firstRow + r, column, depth, unpacked, r * ROW);
      }
      for (int tile = 0; tile < tiles; tile++) {
        for (int step = 0; step < depth; step += STEP) {
          kernels.multiply(
              unpacked,
              step,
              ROW,
              1,
              x,
              (tile * xWidth + xFirst + column + step) * tileTokens,
              y,
              (tile * yWidth + yFirst + firstRow) * tileTokens,
              rows,
              Math.min(STEP, depth - step),
              accumulate || column + step > 0);
        }
      }
    }
  }
}

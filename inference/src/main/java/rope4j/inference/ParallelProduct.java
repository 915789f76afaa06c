package rope4j.inference;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A product of one matrix with all tiles, its panels divided among the threads. Made once and used
/// for product after product, so that none of them allocates.
final class ParallelProduct {

  private final Products products;
  private final Workers workers;
  private final Workers.Task task = this::panel;
  private @Nullable Linear linear;
  private float[] x = {};
  private float[] y = {};
  private int tiles;
  private boolean accumulate;

  ParallelProduct(Products products, Workers workers) {
    this.products = products;
    this.workers = workers;
  }

  /// `y (+)= linear * x + bias`.
  ///
  /// @param input `[tiles][columns][TILE]`
  /// @param output `[tiles][rows][TILE]`
  void run(Linear by, float[] input, float[] output, int tileCount, boolean add) {
    linear = by;
    x = input;
    y = output;
    tiles = tileCount;
    accumulate = add;
    workers.run(Products.panels(by.weights()), task);
  }

  private void panel(int panel, int worker) {
    products.multiply(Objects.requireNonNull(linear), panel, x, y, tiles, accumulate, worker);
  }
}

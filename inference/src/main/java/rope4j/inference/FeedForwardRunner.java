package rope4j.inference;

import static rope4j.inference.kernel.Kernels.TILE;

import java.util.Arrays;
import java.util.Optional;
import rope4j.inference.FeedForward.Dense;
import rope4j.inference.FeedForward.Mixture;
import rope4j.inference.kernel.BlockKernels;
import rope4j.inference.kernel.Elementwise;
import rope4j.inference.kernel.GeluTable;
import rope4j.inference.kernel.Kernels;

/// Runs feed-forward networks on batches. Owns their inner activations.
final class FeedForwardRunner {

  private final Kernels kernels;
  private final BlockKernels blockKernels;
  private final Workers workers;
  private final Products products;
  private final ExpertRouter router;
  private final int width;
  private final float[] gate;
  private final float[] up;

  FeedForwardRunner(
      Transformer model,
      Kernels kernels,
      BlockKernels blockKernels,
      Workers workers,
      Products products,
      int lanes) {
    this.kernels = kernels;
    this.blockKernels = blockKernels;
    this.workers = workers;
    this.products = products;
    this.width = model.width();
    gate = new float[Math.multiplyExact(model.widestFeedForward(), lanes)];
    up = new float[gate.length];
    boolean mixed = model.blocks().stream().anyMatch(b -> b.feedForward() instanceof Mixture);
    // Dense models do not pay for gathering tokens.
    router = new ExpertRouter(products, workers, this::dense, width, mixed ? lanes : 0);
  }

  /// `y (+)= network(x)`.
  ///
  /// @param x `[tiles][width][TILE]`
  void run(FeedForward feedForward, float[] x, float[] y, Batch batch, boolean accumulate) {
    switch (feedForward) {
      case Dense dense -> dense(dense, x, y, batch.tiles(), accumulate);
      case Mixture mixture -> {
        if (mixture.shared().isPresent()) {
          router.shared(mixture.shared().get(), mixture.sharedGate(), x, y, batch, accumulate);
        } else if (!accumulate) {
          Arrays.fill(y, 0, batch.tiles() * width * TILE, 0);
        }
        router.run(mixture, x, y, batch);
      }
    }
  }

  private void dense(Dense dense, float[] x, float[] y, int tiles, boolean accumulate) {
    int rows = dense.length();
    workers.run(
        Products.panels(rows),
        (panel, worker) -> {
          Optional<Linear> gates = dense.gate();
          products.multiply(gates.orElse(dense.up()), panel, x, gate, tiles, false, worker);
          if (gates.isPresent()) {
            products.multiply(dense.up(), panel, x, up, tiles, false, worker);
          }
          int first = panel * Products.PANEL;
          int length = Math.min(Products.PANEL, rows - first) * TILE;
          for (int tile = 0; tile < tiles; tile++) {
            int at = (tile * rows + first) * TILE;
            if (gates.isPresent()) {
              activateGate(dense.activation(), at, length);
            } else {
              activate(dense.activation(), at, length);
            }
          }
        });
    workers.run(
        Products.panels(dense.down().rows()),
        (panel, worker) ->
            products.multiply(dense.down(), panel, gate, y, tiles, accumulate, worker));
  }

  private void activateGate(Activation activation, int at, int length) {
    switch (activation) {
      case SILU -> kernels.siluMultiply(gate, at, up, at, length);
      case GELU -> GeluTable.multiply(gate, at, up, at, length);
      case CLAMPED_SWISH -> blockKernels.clampedSwishMultiply(gate, at, up, at, length);
      case RELU_SQUARED -> throw new IllegalStateException("no architecture gates by ReLU^2");
    }
  }

  private void activate(Activation activation, int at, int length) {
    switch (activation) {
      case GELU -> GeluTable.apply(gate, at, length);
      case RELU_SQUARED -> Elementwise.squaredRelu(gate, at, length);
      case SILU, CLAMPED_SWISH ->
          throw new IllegalStateException("no architecture has " + activation + " without a gate");
    }
  }
}

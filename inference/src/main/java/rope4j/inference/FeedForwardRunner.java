package rope4j.inference;

import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
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
  private final ParallelProduct product;
  private final ExpertRouter router;
  private final Batch batch;
  private final int width;
  private final int tileTokens;
  private final float[] gate;
  private final float[] up;

  // Made once, so that a token allocates nothing; what it works on lies in the fields below.
  private final Workers.Task innerPanel = this::innerPanel;

  private @Nullable Dense dense;
  private float[] input = {};
  private int tiles;

  FeedForwardRunner(
      Transformer model,
      Kernels kernels,
      BlockKernels blockKernels,
      Workers workers,
      Products products,
      Batch batch) {
    this.kernels = kernels;
    this.blockKernels = blockKernels;
    this.workers = workers;
    this.products = products;
    this.product = new ParallelProduct(products, workers);
    this.batch = batch;
    this.width = model.width();
    this.tileTokens = kernels.tile();
    int lanes = batch.lanes();
    gate = new float[Math.multiplyExact(model.widestFeedForward(), lanes)];
    up = new float[gate.length];
    router = new ExpertRouter(model, kernels, product, this::dense, batch);
  }

  /// `y (+)= network(x)`.
  ///
  /// @param x `[tiles][width][TILE]`
  void run(FeedForward feedForward, float[] x, float[] y, boolean accumulate) {
    switch (feedForward) {
      case Dense network -> dense(network, x, y, batch.tiles(), accumulate);
      case Mixture mixture -> {
        if (mixture.shared().isPresent()) {
          router.shared(mixture.shared().get(), mixture.sharedGate(), x, y, accumulate);
        } else if (!accumulate) {
          Arrays.fill(y, 0, batch.tiles() * width * tileTokens, 0);
        }
        router.run(mixture, x, y);
      }
    }
  }

  private void dense(Dense network, float[] x, float[] y, int tileCount, boolean accumulate) {
    dense = network;
    input = x;
    tiles = tileCount;
    workers.run(Products.panels(network.length()), innerPanel);
    product.run(network.down(), gate, y, tileCount, accumulate);
  }

  private void innerPanel(int panel, int worker) {
    Dense network = Objects.requireNonNull(dense);
    int rows = network.length();
    Optional<Linear> gates = network.gate();
    Linear first = gates.isPresent() ? gates.get() : network.up();
    products.multiply(first, panel, input, gate, tiles, false, worker);
    if (gates.isPresent()) {
      products.multiply(network.up(), panel, input, up, tiles, false, worker);
    }
    int firstRow = panel * Products.PANEL;
    int length = Math.min(Products.PANEL, rows - firstRow) * tileTokens;
    for (int tile = 0; tile < tiles; tile++) {
      int at = (tile * rows + firstRow) * tileTokens;
      if (gates.isPresent()) {
        activateGate(network.activation(), at, length);
      } else {
        activate(network.activation(), at, length);
      }
    }
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

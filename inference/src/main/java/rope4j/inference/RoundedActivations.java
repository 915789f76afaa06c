package rope4j.inference;

import java.util.Optional;
import rope4j.checkpoint.TensorType;
import rope4j.inference.kernel.EightBits;
import rope4j.inference.kernel.FourBitKernels;
import rope4j.inference.kernel.Kernels;
import rope4j.inference.kernel.RoundedRowProduct;
import rope4j.inference.kernel.RoundedToken;

/// Activations rounded to eight bits once for all products of them with weights of four bits, and
/// those products: in integers where the kernels can (tiles by [FourBitKernels], single tokens by
/// [RoundedRowProduct]), else as floats that were rounded the same.
final class RoundedActivations {

  private final Workers workers;
  private final Kernels floatKernels;
  private final int tileTokens;
  private final Optional<FourBitKernels> kernels;
  private final Panel[] panels;
  private final Workers.Task roundTile = this::roundTile;

  private float[] source = {};
  private int columns;
  private boolean isRounded;
  private boolean isToken;

  private final RoundedToken token = new RoundedToken();
  private short[] integers = {};
  private float[] scales = {};
  private float[] sums = {};
  private float[] floats = {};

  /// What a thread unpacks.
  private static final class Panel {
    final short[] weights = new short[Products.PANEL * FourBitKernels.ROW];
    final float[] scales = new float[Products.PANEL * FourBitKernels.DEPTH / EightBits.BLOCK];
    final float[] offsets = new float[scales.length];
    final short[] sums = new short[8 * Kernels.TILE];
  }

  RoundedActivations(Kernels kernels, Workers workers) {
    this.workers = workers;
    this.floatKernels = kernels;
    this.tileTokens = kernels.tile();
    this.kernels = FourBitKernels.with(kernels);
    panels = new Panel[this.kernels.isPresent() ? workers.threads() : 0];
    for (int i = 0; i < panels.length; i++) {
      panels[i] = new Panel();
    }
  }

  /// Whether products with weights of this type are for these activations rounded.
  static boolean areFor(TensorType type) {
    return switch (type) {
      case Q4_0, Q4_1, Q4_K -> true;
      default -> false;
    };
  }

  /// New activations come; none of them is rounded yet.
  void begin(float[] x) {
    source = x;
    isRounded = false;
    isToken = false;
  }

  /// Rounds them for products with a matrix, unless they are already.
  void round(WeightMatrix weights, int tiles) {
    int width = weights.columns();
    if (floatKernels.roundedRowProduct(weights.type()).isPresent()) {
      if (!isToken) {
        token.round(source, 0, width);
        isToken = true;
      }
      return;
    }
    if (isRounded) {
      return;
    }
    columns = width;
    int length = width * tiles * tileTokens;
    if (kernels.isPresent()) {
      if (integers.length < length) {
        integers = new short[length];
        scales = new float[length / EightBits.BLOCK];
        sums = new float[scales.length];
      }
    } else if (floats.length < length) {
      floats = new float[length];
    }
    workers.run(tiles, roundTile);
    isRounded = true;
  }

  private void roundTile(int tile, int worker) {
    int from = tile * columns * tileTokens;
    if (kernels.isPresent()) {
      int block = from / EightBits.BLOCK;
      kernels.get().round(source, from, columns, integers, from, scales, sums, block);
    } else {
      EightBits.round(source, from, columns, tileTokens, floats);
    }
  }

  /// Whether these activations were rounded for products like this one.
  boolean holds(WeightMatrix weights, float[] x) {
    boolean done = floatKernels.roundedRowProduct(weights.type()).isPresent() ? isToken : isRounded;
    return done && x == source && areFor(weights.type());
  }

  /// Whether the product is to be made here; else with [#floats].
  boolean multiplies(WeightMatrix weights) {
    return kernels.isPresent() || floatKernels.roundedRowProduct(weights.type()).isPresent();
  }

  /// The rounded activations in the places of the others.
  float[] floats() {
    return floats;
  }

  /// `y (+)= weights * x` for one panel of rows and all tiles, in integers.
  ///
  /// @param scratch the thread's own
  void multiply(
      WeightMatrix weights,
      int panel,
      float[] y,
      int tiles,
      boolean accumulate,
      int worker,
      float[] scratch) {
    int firstRow = panel * Products.PANEL;
    int rows = Math.min(Products.PANEL, weights.rows() - firstRow);
    Optional<RoundedRowProduct> single = floatKernels.roundedRowProduct(weights.type());
    if (single.isPresent()) {
      weights.multiply(single.get(), firstRow, rows, token, y, firstRow, accumulate, scratch);
      return;
    }
    FourBitKernels by = kernels.orElseThrow();
    Panel p = panels[worker];
    int blocks = FourBitKernels.DEPTH / EightBits.BLOCK;
    boolean hasOffsets = weights.type() != TensorType.Q4_0;
    for (int column = 0; column < columns; column += FourBitKernels.DEPTH) {
      int depth = Math.min(FourBitKernels.DEPTH, columns - column);
      for (int r = 0; r < rows; r++) {
        by.unpack(
            weights.type(),
            weights.data(),
            weights.offset(firstRow + r, column),
            depth,
            p.weights,
            r * FourBitKernels.ROW,
            p.scales,
            p.offsets,
            r * blocks);
      }
      for (int tile = 0; tile < tiles; tile++) {
        for (int step = 0; step < depth; step += Products.STEP) {
          int in = (tile * columns + column + step) * tileTokens;
          by.multiply(
              p.weights,
              step,
              p.scales,
              p.offsets,
              step / EightBits.BLOCK,
              blocks,
              hasOffsets,
              integers,
              in,
              scales,
              sums,
              in / EightBits.BLOCK,
              y,
              (tile * weights.rows() + firstRow) * tileTokens,
              rows,
              Math.min(Products.STEP, depth - step),
              accumulate || column + step > 0,
              p.sums);
        }
      }
    }
  }
}

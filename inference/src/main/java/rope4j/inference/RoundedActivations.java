package rope4j.inference;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import rope4j.checkpoint.TensorType;
import rope4j.inference.kernel.EightBits;
import rope4j.inference.kernel.FourBitKernels;
import rope4j.inference.kernel.InterleavedProduct;
import rope4j.inference.kernel.Kernels;
import rope4j.inference.kernel.RoundedRowProduct;
import rope4j.inference.kernel.RoundedToken;

/// Activations rounded to eight bits once for all products of them with weights of four and six
/// bits, and those products: in integers where the kernels can (tiles by [FourBitKernels], single
/// tokens by [InterleavedProduct] where there is room for a copy of the weights, else by
/// [RoundedRowProduct]), else as floats that were rounded the same.
final class RoundedActivations {

  private final Workers workers;
  private final CopyRoom room;
  private final Kernels floatKernels;
  private final int tileTokens;
  private final Optional<FourBitKernels> kernels;
  private final Panel[] panels;
  private final Workers.Task roundToIntegers = this::roundToIntegers;
  private final Workers.Task roundToFloats = this::roundToFloats;

  private float[] source = {};
  private int columns;
  private final Set<Form> made = EnumSet.noneOf(Form.class);

  private final RoundedToken token = new RoundedToken();
  private short[] integers = {};
  private float[] scales = {};
  private float[] sums = {};
  private float[] floats = {};

  /// How activations are rounded.
  private enum Form {
    /// A single token, for [RoundedRowProduct]s and [InterleavedProduct]s.
    TOKEN,
    /// Integers with scales, for [FourBitKernels].
    INTEGERS,
    /// Floats that are a scale times an integer, for [Kernels].
    FLOATS
  }

  /// What a thread unpacks.
  private static final class Panel {
    final short[] weights = new short[Products.PANEL * FourBitKernels.ROW];
    final float[] scales = new float[Products.PANEL * FourBitKernels.DEPTH / EightBits.BLOCK];
    final float[] offsets = new float[scales.length];
    final short[] sums = new short[8 * Kernels.TILE];
  }

  /// @param room what copies of weights may take
  RoundedActivations(Kernels kernels, Workers workers, CopyRoom room) {
    this.workers = workers;
    this.room = room;
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
      case Q4_0, Q4_1, Q4_K, Q6_K -> true;
      default -> false;
    };
  }

  /// New activations come; none of them is rounded yet.
  void begin(float[] x) {
    source = x;
    made.clear();
  }

  /// How products with weights of a type take activations.
  private Form form(TensorType type) {
    if (floatKernels.roundedRowProduct(type).isPresent()) {
      return Form.TOKEN;
    }
    return kernels.isPresent() && FourBitKernels.areFor(type) ? Form.INTEGERS : Form.FLOATS;
  }

  /// Rounds them for products with a matrix, unless they are already.
  void round(WeightMatrix weights, int tiles) {
    Form form = form(weights.type());
    if (!made.add(form)) {
      return;
    }
    columns = weights.columns();
    int length = columns * tiles * tileTokens;
    switch (form) {
      case TOKEN -> token.round(source, 0, columns);
      case INTEGERS -> {
        if (integers.length < length) {
          integers = new short[length];
          scales = new float[length / EightBits.BLOCK];
          sums = new float[scales.length];
        }
        workers.run(tiles, roundToIntegers);
      }
      case FLOATS -> {
        if (floats.length < length) {
          floats = new float[length];
        }
        workers.run(tiles, roundToFloats);
      }
    }
  }

  private void roundToIntegers(int tile, int worker) {
    int from = tile * columns * tileTokens;
    int block = from / EightBits.BLOCK;
    kernels.orElseThrow().round(source, from, columns, integers, from, scales, sums, block);
  }

  private void roundToFloats(int tile, int worker) {
    EightBits.round(source, tile * columns * tileTokens, columns, tileTokens, floats);
  }

  /// Whether these activations were rounded for products like this one.
  boolean holds(WeightMatrix weights, float[] x) {
    return x == source && areFor(weights.type()) && made.contains(form(weights.type()));
  }

  /// Whether the product is to be made here; else with [#floats].
  boolean multiplies(WeightMatrix weights) {
    return form(weights.type()) != Form.FLOATS;
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
    Optional<InterleavedProduct> interleaved = floatKernels.interleavedProduct(weights.type());
    if (interleaved.isPresent()) {
      InterleavedProduct by = interleaved.get();
      int[] groups = weights.interleaved().panel(panel, weights, by, room);
      if (groups.length > 0) {
        InterleavedRows.multiply(groups, panel, weights, by, token, y, accumulate, scratch);
        return;
      }
    }
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

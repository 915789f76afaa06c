package rope4j.rotation;

import java.lang.foreign.MemorySegment;
import rope4j.rotation.kernel.RotationKernel;

/// Rotates heads in place. Immutable and safe for use by many threads.
///
/// Typical use, once per batch of tokens and for every layer:
///
/// ```java
/// Rotation rotation = Rotation.of(parameters, contextLength, Precision.EXACT);
/// CosSin table = rotation.table(tokens);
/// rotation.fill(table, firstPosition, tokens);
/// rotation.rotate(queries, 0, heads, table);
/// rotation.rotate(keys, 0, keyValueHeads, table);
/// ```
///
/// Batches are `[tokens][heads][headDimension]`, row-major; the table has a row per token. Nothing
/// is allocated after the table.
public final class Rotation {

  /// Tokens whose angles stay in the first-level cache while queries and then keys go by.
  private static final int TOKENS_TOGETHER = 16;

  private final RopeParameters parameters;
  private final Frequencies frequencies;
  private final PairAxes axes;
  private final Angles angles;
  private final boolean negative;
  private final Heads heads;

  private Rotation(
      RopeParameters parameters,
      Frequencies frequencies,
      PairAxes axes,
      Angles angles,
      boolean negative,
      Heads heads) {
    this.parameters = parameters;
    this.frequencies = frequencies;
    this.axes = axes;
    this.angles = angles;
    this.negative = negative;
    this.heads = heads;
  }

  /// @param contextLength tokens the context has room for; some scalings depend on it
  /// @throws IllegalArgumentException when the scaling can't give frequencies for these parameters
  public static Rotation of(RopeParameters parameters, int contextLength, Precision precision) {
    return of(parameters, Layout.of(parameters), contextLength, precision);
  }

  /// A rotation whose pairs lie elsewhere in the head than the parameters' pairing says.
  public static Rotation of(
      RopeParameters parameters, Layout layout, int contextLength, Precision precision) {
    return of(parameters, layout, contextLength, precision, RotationKernel.best());
  }

  static Rotation of(
      RopeParameters parameters,
      Layout layout,
      int contextLength,
      Precision precision,
      RotationKernel kernel) {
    if (contextLength < 1) {
      throw new IllegalArgumentException(
          "the context length must be at least 1 token, but it is " + contextLength);
    }
    if (layout.rotaryDimension() != parameters.rotaryDimension()) {
      throw new IllegalArgumentException(
          "the layout rotates "
              + layout.rotaryDimension()
              + " channels, but the parameters "
              + parameters.rotaryDimension());
    }
    return new Rotation(
        parameters,
        parameters.frequencies(contextLength),
        PairAxes.single(parameters.pairs()),
        Angles.of(parameters, contextLength, precision),
        layout.negative(),
        Heads.of(layout, kernel));
  }

  /// The rotation of ggml's operator with these arguments, in its own float32 arithmetic.
  ///
  /// @param operator the scalar arguments
  /// @param frequencyFactors the `freq_factors` tensor, one divisor per pair of the layout, all 1
  ///   without one
  /// @param axes which position each pair reads, and for 2-D vision where the running product
  ///   begins anew
  public static Rotation of(
      LlamaCppOperator operator, float[] frequencyFactors, Layout layout, PairAxes axes) {
    if (frequencyFactors.length != layout.pairs()) {
      throw new IllegalArgumentException(
          "there are "
              + frequencyFactors.length
              + " frequency factors, but "
              + layout.pairs()
              + " pairs rotate");
    }
    requireAxes(axes, layout.pairs());
    RopeParameters parameters =
        new RopeParameters(
            layout.headDimension(),
            layout.rotaryDimension(),
            operator.base(),
            Math.max(1, operator.originalLength()),
            layout.read(),
            operator.frequencies(frequencyFactors, axes));
    return new Rotation(
        parameters,
        parameters.frequencies(parameters.trainedLength()),
        axes,
        GgmlAngles.of(operator, frequencyFactors.clone()).restartingAt(axes.restarts()),
        layout.negative(),
        Heads.of(layout, RotationKernel.best()));
  }

  /// The same rotation with a position of several axes: [#fillAxes] fills its tables.
  public Rotation withAxes(PairAxes other) {
    requireAxes(other, parameters.pairs());
    Angles restarted =
        angles instanceof GgmlAngles ggml ? ggml.restartingAt(other.restarts()) : angles;
    return new Rotation(parameters, frequencies, other, restarted, negative, heads);
  }

  private static void requireAxes(PairAxes axes, int pairs) {
    if (axes.pairs() != pairs) {
      throw new IllegalArgumentException(
          "the axes (mrope_section) name " + axes.pairs() + " pairs, but " + pairs + " rotate");
    }
  }

  /// What the gradient is rotated by: the transpose, which turns back and keeps the attention
  /// factor (ggml's `backward`).
  public Rotation gradient() {
    return new Rotation(
        parameters, frequencies, axes, angles, !negative, Heads.of(backwards(), heads.kernel()));
  }

  /// The rotation that undoes this one, attention factor included.
  ///
  /// @throws IllegalStateException when the attention factor is 0
  public Rotation inverse() {
    if (angles.attentionFactor() == 0) {
      throw new IllegalStateException("an attention factor of 0 can't be undone");
    }
    return new Rotation(
        parameters,
        frequencies.withAttentionFactor(1 / frequencies.attentionFactor()),
        axes,
        angles.withAttentionFactor(1 / angles.attentionFactor()),
        !negative,
        Heads.of(backwards(), heads.kernel()));
  }

  private Layout backwards() {
    Layout layout = heads.layout();
    return new Layout(
        layout.headDimension(),
        layout.firstChannel(),
        layout.rotaryDimension(),
        layout.write(),
        layout.read(),
        !layout.negative());
  }

  /// The same angles with attention factor 1, on keys that are already rotated: filled with deltas,
  /// it moves cached keys (context shift). Applying the attention factor again, as llama.cpp does,
  /// would make every shifted key longer.
  public Rotation shift() {
    return new Rotation(
        parameters,
        frequencies.withAttentionFactor(1),
        axes,
        angles.withAttentionFactor(1),
        negative,
        Heads.of(heads.layout().cached(), heads.kernel()));
  }

  /// The parameters it was made from.
  public RopeParameters parameters() {
    return parameters;
  }

  /// Inverse frequencies and attention factor, in float64, for the context length it was made for.
  public Frequencies frequencies() {
    return frequencies;
  }

  /// Where the pairs lie in a head.
  public Layout layout() {
    return heads.layout();
  }

  /// An empty table with room for this many tokens.
  public CosSin table(int capacity) {
    return heads.table(capacity);
  }

  /// Fills a table with the positions `firstPosition`, `firstPosition + 1`, …
  ///
  /// @throws IllegalArgumentException when the table has no room, or belongs to another number of
  ///   pairs
  /// @throws ArithmeticException when the last position would exceed 2^31 - 1
  public void fill(CosSin table, int firstPosition, int tokens) {
    heads.requireFits(table);
    if (tokens > 0) {
      var _ = Math.addExact(firstPosition, tokens - 1); // before the table is touched
    }
    table.begin(tokens);
    for (int t = 0; t < tokens; t++) {
      fillRow(table, t, firstPosition + t);
    }
    finish(table);
  }

  /// Fills a table with the positions `positions[from]`, `positions[from + 1]`, … in any order,
  /// negative ones included.
  public void fill(CosSin table, int[] positions, int from, int tokens) {
    heads.requireFits(table);
    table.begin(tokens);
    for (int t = 0; t < tokens; t++) {
      fillRow(table, t, positions[from + t]);
    }
    finish(table);
  }

  private void fillRow(CosSin table, int row, int position) {
    angles.fill(position, table.angles.cos(), table.angles.sin(), row * table.pairs);
  }

  /// Fills a table with positions of several axes.
  ///
  /// @param positions axis-major: `positions[axis][token]`
  /// @throws IllegalArgumentException when there are fewer axes than [#withAxes] named
  public void fillAxes(CosSin table, int[][] positions, int from, int tokens) {
    heads.requireFits(table);
    if (positions.length < axes.axes()) {
      throw new IllegalArgumentException(
          "positions have " + positions.length + " axes, but pairs read " + axes.axes());
    }
    if (axes.axes() == 1) {
      fill(table, positions[0], from, tokens);
      return;
    }
    table.begin(tokens);
    for (int t = 0; t < tokens; t++) {
      for (int axis = 0; axis < axes.axes(); axis++) {
        fillAxis(table, t, axis, positions[axis][from + t]);
      }
    }
    finish(table);
  }

  private void fillAxis(CosSin table, int row, int axis, int position) {
    angles.fill(position, table.oneCos, table.oneSin, 0);
    int at = row * table.pairs;
    for (int i = 0; i < table.pairs; i++) {
      if (axes.axis(i) == axis) {
        table.angles.cos()[at + i] = table.oneCos[i];
        table.angles.sin()[at + i] = table.oneSin[i];
      }
    }
  }

  private void finish(CosSin table) {
    if (negative) {
      float[] sin = table.angles.sin();
      for (int i = 0; i < table.tokens * table.pairs; i++) {
        sin[i] = -sin[i];
      }
    }
  }

  /// Exact angles of consecutive positions from a state of O(d) numbers, without evaluating a
  /// cosine per token.
  ///
  /// @throws IllegalStateException for a rotation of several axes or of an engine's float32 angles
  public PositionWalk walk(int firstPosition) {
    if (!(angles instanceof ExactAngles exact) || axes.axes() > 1) {
      throw new IllegalStateException(
          "only an exact rotation of one axis can be walked; fill a table instead");
    }
    return new PositionWalk(exact, firstPosition, negative, heads.kernel());
  }

  /// Rotates a batch `[tokens][heads][headDimension]` in place; channels outside the rotary
  /// dimension are left alone.
  ///
  /// @param x the batch, row-major
  /// @param offset index of its first channel
  /// @param headCount heads per token
  /// @param table one filled row per token
  /// @throws IndexOutOfBoundsException when the batch does not fit into `x`
  public void rotate(float[] x, int offset, int headCount, CosSin table) {
    heads.rotate(x, offset, headCount, table, 0, table.tokens);
  }

  /// Rotates a batch by some rows of a table, so that threads can share the table and divide the
  /// tokens.
  ///
  /// @param offset index of the first channel of the first token of *this* batch
  /// @param firstRow row of the table for the first token
  /// @param rows tokens of the batch
  public void rotate(float[] x, int offset, int headCount, CosSin table, int firstRow, int rows) {
    heads.rotate(x, offset, headCount, table, firstRow, rows);
  }

  /// Rotates queries and keys together, some tokens at a time, while the tokens' angles are at
  /// hand.
  public void rotate(
      float[] queries,
      int queryOffset,
      int queryHeads,
      float[] keys,
      int keyOffset,
      int keyHeads,
      CosSin table) {
    heads.requireFits(table);
    heads.requireBatch(queries, queryOffset, queryHeads, table.tokens);
    heads.requireBatch(keys, keyOffset, keyHeads, table.tokens);
    int width = heads.layout().headDimension();
    for (int t = 0; t < table.tokens; t += TOKENS_TOGETHER) {
      int rows = Math.min(TOKENS_TOGETHER, table.tokens - t);
      int query = queryOffset + t * queryHeads * width;
      heads.rotateChecked(queries, query, queryHeads, table, t, rows);
      int key = keyOffset + t * keyHeads * width;
      heads.rotateChecked(keys, key, keyHeads, table, t, rows);
    }
  }

  /// Rotates a batch in a memory segment, of any size, in place.
  ///
  /// @param x holds the batch; heap or native
  /// @param type how its channels are stored
  /// @param byteOffset where its first channel is, in bytes
  /// @throws IndexOutOfBoundsException when the batch does not fit into `x`
  public void rotate(
      MemorySegment x, ElementType type, long byteOffset, int headCount, CosSin table) {
    heads.rotate(x, type, byteOffset, headCount, table, 0, table.tokens);
  }

  /// Rotates a batch in a memory segment by some rows of a table.
  public void rotate(
      MemorySegment x,
      ElementType type,
      long byteOffset,
      int headCount,
      CosSin table,
      int firstRow,
      int rows) {
    heads.rotate(x, type, byteOffset, headCount, table, firstRow, rows);
  }

  /// Rotates values held in `x` as an engine does that multiplies in the model's own type: both
  /// products and their sum are rounded to it. Slow, and only to meet such an engine; the table is
  /// usually rounded first ([CosSin#roundTo]).
  public void rotateRounding(
      float[] x,
      int offset,
      int headCount,
      ElementType type,
      CosSin table,
      int firstRow,
      int rows) {
    heads.rotateRounding(x, offset, headCount, type, table, firstRow, rows);
  }
}

package rope4j.rotation;

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
public final class Rotation {

  private final RopeParameters parameters;
  private final Angles angles;
  private final RotationKernel kernel;

  private Rotation(RopeParameters parameters, Angles angles, RotationKernel kernel) {
    this.parameters = parameters;
    this.angles = angles;
    this.kernel = kernel;
  }

  /// @param contextLength tokens the context has room for; some scalings depend on it
  /// @throws IllegalArgumentException when the scaling can't give frequencies for these parameters
  public static Rotation of(RopeParameters parameters, int contextLength, Precision precision) {
    return of(parameters, contextLength, precision, RotationKernel.best());
  }

  static Rotation of(
      RopeParameters parameters, int contextLength, Precision precision, RotationKernel kernel) {
    if (contextLength < 1) {
      throw new IllegalArgumentException(
          "the context length must be at least 1 token, but it is " + contextLength);
    }
    return new Rotation(parameters, Angles.of(parameters, contextLength, precision), kernel);
  }

  /// The parameters it was made from.
  public RopeParameters parameters() {
    return parameters;
  }

  /// An empty table with room for this many tokens.
  public CosSin table(int capacity) {
    return new CosSin(parameters.pairs(), capacity);
  }

  /// Fills a table with the positions `firstPosition`, `firstPosition + 1`, …
  ///
  /// @throws IllegalArgumentException when the table has no room, or belongs to another number of
  ///   pairs
  public void fill(CosSin table, int firstPosition, int tokens) {
    if (tokens < 0 || tokens > table.capacity()) {
      throw new IllegalArgumentException(
          "the table has room for " + table.capacity() + " tokens, not " + tokens);
    }
    requirePairs(table);
    for (int t = 0; t < tokens; t++) {
      angles.fill(Math.addExact(firstPosition, t), table.cos, table.sin, t * table.pairs);
    }
    table.tokens = tokens;
  }

  /// Rotates a batch `[tokens][heads][headDimension]` in place; channels past the rotary dimension
  /// are left alone.
  ///
  /// @param x the batch, row-major
  /// @param offset index of its first channel
  /// @param heads heads per token
  /// @param table one filled row per token
  /// @throws IndexOutOfBoundsException when the batch does not fit into `x`
  public void rotate(float[] x, int offset, int heads, CosSin table) {
    requirePairs(table);
    long length = (long) table.tokens * heads * parameters.headDimension();
    if (heads < 0 || offset < 0 || offset + length > x.length) {
      throw new IndexOutOfBoundsException(
          "a batch of "
              + table.tokens
              + " tokens x "
              + heads
              + " heads x "
              + parameters.headDimension()
              + " channels from index "
              + offset
              + " does not fit into an array of "
              + x.length);
    }
    int headDimension = parameters.headDimension();
    for (int t = 0; t < table.tokens; t++) {
      int row = offset + t * heads * headDimension;
      switch (parameters.pairing()) {
        case HALF ->
            kernel.half(
                x, row, heads, headDimension, table.cos, table.sin, t * table.pairs, table.pairs);
        case INTERLEAVED ->
            kernel.interleaved(
                x, row, heads, headDimension, table.cos, table.sin, t * table.pairs, table.pairs);
      }
    }
  }

  private void requirePairs(CosSin table) {
    if (table.pairs != parameters.pairs()) {
      throw new IllegalArgumentException(
          "the table holds "
              + table.pairs
              + " pairs per token, but "
              + parameters.pairs()
              + " rotate");
    }
  }
}

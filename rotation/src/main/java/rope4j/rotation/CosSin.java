package rope4j.rotation;

import rope4j.rotation.kernel.AngleTable;

/// Cosines and sines, attention factor included, of the tokens of a batch: shared by all heads and
/// all layers. Reusable: [Rotation#fill] overwrites it. Not safe for writing while another thread
/// rotates with it.
public final class CosSin {

  final AngleTable angles;
  final int pairs;
  private final int capacity;

  /// One row of one axis, while rows of several axes are put together.
  final float[] oneCos;

  final float[] oneSin;
  int tokens;

  /// @param pairs pairs of a head that rotate
  /// @param capacity most tokens it can hold
  CosSin(int pairs, int capacity) {
    this.pairs = pairs;
    this.capacity = capacity;
    this.angles = AngleTable.of(pairs, capacity);
    this.oneCos = new float[pairs];
    this.oneSin = new float[pairs];
  }

  /// Most tokens it can hold.
  public int capacity() {
    return capacity;
  }

  /// Tokens it holds now.
  public int tokens() {
    return tokens;
  }

  /// Number of pairs of a row.
  public int pairs() {
    return pairs;
  }

  /// Cosine times attention factor of a pair at the `token`-th filled position.
  public float cos(int token, int pair) {
    return angles.cos()[token * pairs + pair];
  }

  /// Sine times attention factor of a pair at the `token`-th filled position.
  public float sin(int token, int pair) {
    return angles.sin()[token * pairs + pair];
  }

  /// Rounds every cosine and sine to a type: vLLM and Transformers cast their tables to the
  /// model's.
  public void roundTo(ElementType type) {
    for (int i = 0; i < tokens * pairs; i++) {
      angles.cos()[i] = type.round(angles.cos()[i]);
      angles.sin()[i] = type.round(angles.sin()[i]);
    }
  }

  /// Multiplies one pair of one token.
  void scale(int token, int pair, float by) {
    angles.cos()[token * pairs + pair] *= by;
    angles.sin()[token * pairs + pair] *= by;
  }

  void begin(int newTokens) {
    if (newTokens < 0 || newTokens > capacity) {
      throw new IllegalArgumentException(
          "the table has room for " + capacity + " tokens, not " + newTokens);
    }
    tokens = newTokens;
  }
}

package rope4j.rotation;

/// Cosines and sines, attention factor included, of consecutive positions: shared by all heads and
/// all layers of a batch. Reusable: [Rotation#fill] overwrites it. Not safe for writing while
/// another thread rotates with it.
public final class CosSin {

  final float[] cos;
  final float[] sin;
  final int pairs;
  private final int capacity;
  int tokens;

  /// @param pairs pairs of a head that rotate
  /// @param capacity most tokens it can hold
  CosSin(int pairs, int capacity) {
    this.pairs = pairs;
    this.capacity = capacity;
    this.cos = new float[Math.multiplyExact(pairs, capacity)];
    this.sin = new float[cos.length];
  }

  /// Most tokens it can hold.
  public int capacity() {
    return capacity;
  }

  /// Tokens it holds now.
  public int tokens() {
    return tokens;
  }

  /// Cosine times attention factor of a pair at the `token`-th filled position.
  public float cos(int token, int pair) {
    return cos[token * pairs + pair];
  }

  /// Sine times attention factor of a pair at the `token`-th filled position.
  public float sin(int token, int pair) {
    return sin[token * pairs + pair];
  }
}

package rope4j.lab.random;

/// Random numbers from a seed, the same on every machine and every Java: results name their seed,
/// and a document must be made again from it years later.
///
/// Source: SplitMix64, Steele, Lea and Flood, Fast Splittable Pseudorandom Number Generators, 2014.
public final class Draws {

  private static final long GAMMA = 0x9E3779B97F4A7C15L;

  private long state;

  /// The numbers of a seed.
  public Draws(long seed) {
    this.state = seed;
  }

  /// A seed made of several numbers, for example of a run's seed, a step and a place in its batch.
  public static long seed(long... parts) {
    long seed = 0;
    for (long part : parts) {
      seed = mixed(seed + GAMMA + mixed(part));
    }
    return seed;
  }

  /// 64 random bits.
  public long bits() {
    state += GAMMA;
    return mixed(state);
  }

  /// A number from 0 (inclusive) to 1 (exclusive).
  public double uniform() {
    return (bits() >>> 11) * 0x1.0p-53;
  }

  /// A whole number from 0 (inclusive) to `bound` (exclusive).
  ///
  /// @param bound at least 1; far below 2^32, where the bias of a product is nothing
  public int below(int bound) {
    return (int) (((bits() >>> 32) * bound) >>> 32);
  }

  /// A whole number, both ends included.
  public int between(int least, int greatest) {
    return least + below(greatest - least + 1);
  }

  /// A whole number whose logarithm is uniform, both ends included.
  public int logUniform(int least, int greatest) {
    double value = least * Math.exp(uniform() * Math.log((greatest + 1.0) / least));
    return Math.clamp((long) value, least, greatest);
  }

  /// The numbers from 0 to `count - 1` in random order.
  public int[] permutation(int count) {
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      int other = below(i + 1);
      order[i] = order[other];
      order[other] = i;
    }
    return order;
  }

  private static long mixed(long z) {
    long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
    return b ^ (b >>> 31);
  }
}

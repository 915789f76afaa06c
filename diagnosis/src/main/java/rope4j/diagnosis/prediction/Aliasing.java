package rope4j.diagnosis.prediction;

import java.util.Arrays;
import java.util.SplittableRandom;
import rope4j.rotation.ElementType;
import rope4j.rotation.Frequencies;

/// How far positions can be confused within a length.
///
/// The two shares are Monte-Carlo estimates from the frequencies alone, by a fixed seed: the same
/// arguments give the same numbers. Source: Du et al., arXiv 2605.15514, for what is estimated.
///
/// @param length tokens
/// @param unambiguousPairs pairs that do not complete a turn within the length; with none of them
///   every pair repeats
/// @param equalScoreShare share of the pairs of distances whose scores are the same number in
///   bfloat16, for random queries and keys
/// @param inversionShare share of the pairs of distances where the farther of two equal keys scores
///   higher, when all pairs of channels are equally strong; 0.5 is no order at all
public record Aliasing(
    int length, int unambiguousPairs, double equalScoreShare, double inversionShare) {

  private static final int DISTANCES = 1024;
  private static final int DRAWS = 16;
  private static final long SEED = 20_260_515;

  /// @param frequencies of all pairs that turn
  /// @param length tokens, at least 1
  public static Aliasing of(Frequencies frequencies, int length) {
    Arguments.forwards("the inverse frequencies", frequencies);
    Arguments.atLeast(1, "the length", length);
    SplittableRandom random = new SplittableRandom(SEED);
    int[] distances = distances(length, random);
    double[][] cos = new double[distances.length][frequencies.pairs()];
    double[][] sin = new double[distances.length][frequencies.pairs()];
    int unambiguous = 0;
    for (int i = 0; i < frequencies.pairs(); i++) {
      unambiguous += length * frequencies.inverse(i) < PairForecast.TURN ? 1 : 0;
      for (int n = 0; n < distances.length; n++) {
        double angle = distances[n] * frequencies.inverse(i);
        cos[n][i] = Math.cos(angle);
        sin[n][i] = Math.sin(angle);
      }
    }
    return new Aliasing(length, unambiguous, equalShare(cos, sin, random), inversions(cos));
  }

  /// Distinct distances in ascending order: all, or a random choice.
  private static int[] distances(int length, SplittableRandom random) {
    if (length <= DISTANCES) {
      int[] all = new int[length];
      Arrays.setAll(all, n -> n);
      return all;
    }
    return random.ints(0, length).distinct().limit(DISTANCES).sorted().toArray();
  }

  private static double equalShare(double[][] cos, double[][] sin, SplittableRandom random) {
    int pairs = cos[0].length;
    float[] scores = new float[cos.length];
    double[] aligned = new double[pairs];
    double[] crossed = new double[pairs];
    long equal = 0;
    for (int draw = 0; draw < DRAWS; draw++) {
      for (int i = 0; i < pairs; i++) {
        double qx = random.nextGaussian();
        double qy = random.nextGaussian();
        double kx = random.nextGaussian();
        double ky = random.nextGaussian();
        aligned[i] = (qx * kx + qy * ky) / Math.sqrt(2 * pairs);
        crossed[i] = (qx * ky - qy * kx) / Math.sqrt(2 * pairs);
      }
      for (int n = 0; n < scores.length; n++) {
        double score = 0;
        for (int i = 0; i < pairs; i++) {
          score += aligned[i] * cos[n][i] + crossed[i] * sin[n][i];
        }
        scores[n] = ElementType.BF16.round((float) score);
      }
      equal += equalPairs(scores);
    }
    return share(equal, scores.length, DRAWS);
  }

  private static long equalPairs(float[] scores) {
    float[] sorted = scores.clone();
    Arrays.sort(sorted);
    long equal = 0;
    int same = 0;
    for (int n = 1; n < sorted.length; n++) {
      same = sorted[n] == sorted[n - 1] ? same + 1 : 0;
      equal += same;
    }
    return equal;
  }

  private static double inversions(double[][] cos) {
    double[] similarity = new double[cos.length];
    for (int n = 0; n < cos.length; n++) {
      similarity[n] = Arrays.stream(cos[n]).sum();
    }
    long inverted = 0;
    for (int far = 1; far < similarity.length; far++) {
      for (int near = 0; near < far; near++) {
        inverted += similarity[far] > similarity[near] ? 1 : 0;
      }
    }
    return share(inverted, similarity.length, 1);
  }

  private static double share(long counted, int distances, int draws) {
    double pairs = distances * (distances - 1) / 2.0 * draws;
    return pairs == 0 ? 0 : counted / pairs;
  }
}

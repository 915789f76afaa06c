package rope4j.inference;

import java.util.Arrays;
import java.util.SplittableRandom;

/// Chooses tokens from logits. Stateful, for one thread; allocates nothing per token, but, now and
/// then, room for the tokens that count as recent.
///
/// The steps come in llama.cpp's order: repetition penalty, top-k, top-p, min-p, temperature, then
/// the draw.
///
/// Source: llama.cpp `common/sampling.cpp` and `llama-sampling.cpp`.
public final class Sampler {

  private final Sampling sampling;
  private final SplittableRandom random;

  /// How often each token is among the recent ones.
  private final int[] counts;

  private final int[] candidates;
  private final float[] logits;
  private final double[] weights;

  /// The recent ones in a ring, which grows as they come; none where all tokens stay recent.
  private int[] recent = {};

  private long seen;

  /// @param vocabularySize entries of the logits it will be given
  public Sampler(Sampling sampling, int vocabularySize) {
    this.sampling = sampling;
    random = new SplittableRandom(sampling.seed());
    counts = new int[penalises(sampling) ? vocabularySize : 0];
    candidates = new int[vocabularySize];
    logits = new float[vocabularySize];
    weights = new double[vocabularySize];
  }

  /// Tells of a token that stands in the text, be it of the prompt or chosen.
  public void accept(int token) {
    if (counts.length == 0) {
      return;
    }
    counts[token]++;
    int most = sampling.repeatLast();
    if (most > 0) {
      if (seen >= most) {
        counts[recent[(int) (seen % most)]]--;
      } else if (seen == recent.length) {
        recent = Arrays.copyOf(recent, (int) Math.min(most, Math.max(64, 2L * recent.length)));
      }
      recent[(int) (seen % most)] = token;
      seen++;
    }
  }

  private static boolean penalises(Sampling sampling) {
    return sampling.repeatPenalty() != 1 && sampling.repeatLast() != 0;
  }

  /// Chooses the token that follows; it must be [#accept]ed when it is taken.
  ///
  /// @param row one logit per token of the vocabulary; left as it is
  public int next(float[] row) {
    System.arraycopy(row, 0, logits, 0, logits.length);
    penalise();
    if (sampling.temperature() == 0) {
      return mostLikely();
    }
    int count = takeMostLikely();
    count = keepTopP(count);
    count = keepMinP(count);
    return draw(count);
  }

  private void penalise() {
    float penalty = (float) sampling.repeatPenalty();
    for (int token = 0; token < counts.length; token++) {
      // Once, however often it was said.
      if (counts[token] > 0) {
        logits[token] = logits[token] > 0 ? logits[token] / penalty : logits[token] * penalty;
      }
    }
  }

  private int mostLikely() {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }

  /// Sorts the most likely tokens to the front, most likely first.
  ///
  /// @return how many
  private int takeMostLikely() {
    for (int i = 0; i < candidates.length; i++) {
      candidates[i] = i;
    }
    int count =
        sampling.topK() <= 0 ? candidates.length : Math.min(sampling.topK(), candidates.length);
    // A heap of the best `count`, the least of them on top.
    for (int i = count / 2 - 1; i >= 0; i--) {
      sink(i, count);
    }
    for (int i = count; i < candidates.length; i++) {
      if (isBefore(candidates[i], candidates[0])) {
        candidates[0] = candidates[i];
        sink(0, count);
      }
    }
    for (int end = count - 1; end > 0; end--) {
      int least = candidates[0];
      candidates[0] = candidates[end];
      candidates[end] = least;
      sink(0, end);
    }
    return count;
  }

  private void sink(int from, int count) {
    int at = from;
    while (true) {
      int least = at;
      for (int child = 2 * at + 1; child <= 2 * at + 2 && child < count; child++) {
        if (isBefore(candidates[least], candidates[child])) {
          least = child;
        }
      }
      if (least == at) {
        return;
      }
      int moved = candidates[at];
      candidates[at] = candidates[least];
      candidates[least] = moved;
      at = least;
    }
  }

  /// More likely; among equals the lower id, so that the order is one.
  private boolean isBefore(int token, int other) {
    return logits[token] > logits[other] || logits[token] == logits[other] && token < other;
  }

  private int keepTopP(int count) {
    if (sampling.topP() == 1) {
      return count;
    }
    double total = weigh(count, 1);
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += weights[i];
      if (sum >= sampling.topP() * total) {
        return i + 1;
      }
    }
    return count;
  }

  private int keepMinP(int count) {
    if (sampling.minP() == 0) {
      return count;
    }
    double least = logits[candidates[0]] + Math.log(sampling.minP());
    int kept = 1;
    while (kept < count && logits[candidates[kept]] >= least) {
      kept++;
    }
    return kept;
  }

  /// Weights relative to the most likely token's, which is 1.
  private double weigh(int count, double temperature) {
    double most = logits[candidates[0]];
    double sum = 0;
    for (int i = 0; i < count; i++) {
      weights[i] = Math.exp((logits[candidates[i]] - most) / temperature);
      sum += weights[i];
    }
    return sum;
  }

  private int draw(int count) {
    double left = random.nextDouble() * weigh(count, sampling.temperature());
    for (int i = 0; i < count; i++) {
      left -= weights[i];
      if (left < 0) {
        return candidates[i];
      }
    }
    return candidates[count - 1];
  }
}

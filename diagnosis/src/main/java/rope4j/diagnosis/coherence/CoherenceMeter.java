package rope4j.diagnosis.coherence;

import java.util.Arrays;

/// Counts while a text grows: tokens as they come, and the logits they were chosen from. Allocates
/// nothing per token. Not safe for use by several threads at once.
///
/// Source of the measures: distinct-n of Li et al. (arXiv 1510.03055), the repetition rate
/// seq-rep-4 of Welleck et al. (arXiv 1908.04319).
public final class CoherenceMeter {

  /// Tokens of a run whose repetition counts.
  public static final int RUN = 4;

  private static final int EMPTY = -1;

  private final int[] tokens;

  /// Index of the last token of a run; runs that stood before are not put in again.
  private final int[] runs;

  private int length;
  private int distinct;
  private int scored;
  private double entropies;

  /// @param capacity most tokens it is told of
  public CoherenceMeter(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("a text has at least 1 token, not " + capacity);
    }
    tokens = new int[capacity];
    runs = new int[Integer.highestOneBit(Math.max(capacity, 8)) << 2];
    Arrays.fill(runs, EMPTY);
  }

  /// Tells of the next token.
  ///
  /// @param token the one that was chosen
  /// @param logits what it was chosen from, one per token of the vocabulary; left as they are
  public void accept(int token, float[] logits) {
    accept(token);
    entropies += entropy(logits);
    scored++;
  }

  /// Tells of the next token where the logits are not known.
  ///
  /// @throws IllegalStateException when it was told of as many as it has room for
  public void accept(int token) {
    if (length == tokens.length) {
      throw new IllegalStateException("there is room for " + tokens.length + " tokens only");
    }
    tokens[length] = token;
    length++;
    if (length >= RUN && isNew(length - 1)) {
      distinct++;
    }
  }

  /// What was counted so far.
  public Coherence coherence() {
    int all = Math.max(0, length - RUN + 1);
    return new Coherence(
        length, all == 0 ? 0 : 1 - (double) distinct / all, scored == 0 ? 0 : entropies / scored);
  }

  /// Entropy of the distribution that logits stand for, nats.
  public static double entropy(float[] logits) {
    float most = Float.NEGATIVE_INFINITY;
    for (float logit : logits) {
      most = Math.max(most, logit);
    }
    double sum = 0;
    double weighted = 0;
    for (float logit : logits) {
      double above = logit - most;
      double weight = Math.exp(above);
      sum += weight;
      // A token that can't be has no part in it; 0 times infinity would.
      weighted += weight == 0 ? 0 : weight * above;
    }
    return Math.max(0, Math.log(sum) - weighted / sum);
  }

  /// Puts a run into the table unless it is there; by open addressing, in a table that is at most
  /// half full.
  private boolean isNew(int last) {
    int slot = hash(last) & runs.length - 1;
    while (runs[slot] != EMPTY) {
      if (isSame(runs[slot], last)) {
        return false;
      }
      slot = slot + 1 & runs.length - 1;
    }
    runs[slot] = last;
    return true;
  }

  private int hash(int last) {
    int hash = 0;
    for (int i = last - RUN + 1; i <= last; i++) {
      hash = (hash ^ tokens[i]) * 0x9E3779B1;
      hash ^= hash >>> 15;
    }
    return hash;
  }

  private boolean isSame(int one, int other) {
    for (int i = 0; i < RUN; i++) {
      if (tokens[one - i] != tokens[other - i]) {
        return false;
      }
    }
    return true;
  }
}

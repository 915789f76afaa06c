package rope4j.inference.tokenizer;

import java.util.Arrays;
import rope4j.checkpoint.Vocabulary;

/// The scores of a vocabulary as ranks: 0 for the highest; equal scores have equal ranks. A rank
/// and a place make one `long` that sorts like llama.cpp's queue of bigrams.
final class MergeRanks {

  private final int[] ranks;

  MergeRanks(Vocabulary vocabulary) {
    float[] scores = new float[vocabulary.size()];
    for (int id = 0; id < scores.length; id++) {
      // Adding 0 turns -0 into 0: the two are equal scores, but sort apart.
      scores[id] = -vocabulary.tokens().get(id).score() + 0f;
    }
    float[] sorted = scores.clone();
    Arrays.sort(sorted);
    int distinct = 0;
    for (int i = 1; i < sorted.length; i++) {
      if (Float.compare(sorted[i], sorted[distinct]) != 0) {
        sorted[++distinct] = sorted[i];
      }
    }
    ranks = new int[scores.length];
    for (int id = 0; id < ranks.length; id++) {
      ranks[id] = Arrays.binarySearch(sorted, 0, distinct + 1, scores[id]);
    }
  }

  int rank(int id) {
    return ranks[id];
  }
}

package rope4j.diagnosis.probe.coherence;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Signs of a text that lost its thread, read off the tokens and how sure the model was of each.
///
/// @param tokens tokens written
/// @param repetition share of runs of 4 tokens that stood in the same text before, 0 to 1
/// @param distinct1 different tokens over tokens (distinct-1)
/// @param distinct2 different pairs of neighbours over pairs (distinct-2)
/// @param entropy mean entropy of the next token's distribution, nats
/// @param top mean probability of the most likely token
public record Coherence(
    int tokens, double repetition, double distinct1, double distinct2, double entropy, double top) {

  private static final int RUN = 4;

  /// @param tokens what was written
  /// @param entropies of the distribution each token was chosen from, nats
  /// @param tops probability of the most likely token of each
  public static Coherence of(int[] tokens, double[] entropies, double[] tops) {
    return new Coherence(
        tokens.length,
        1 - distinct(tokens, RUN),
        distinct(tokens, 1),
        distinct(tokens, 2),
        IntStream.range(0, entropies.length).mapToDouble(i -> entropies[i]).average().orElse(0),
        IntStream.range(0, tops.length).mapToDouble(i -> tops[i]).average().orElse(0));
  }

  /// The mean of several texts, each as long as the others.
  static Coherence mean(List<Coherence> texts) {
    return new Coherence(
        texts.stream().mapToInt(Coherence::tokens).sum(),
        texts.stream().collect(Collectors.averagingDouble(Coherence::repetition)),
        texts.stream().collect(Collectors.averagingDouble(Coherence::distinct1)),
        texts.stream().collect(Collectors.averagingDouble(Coherence::distinct2)),
        texts.stream().collect(Collectors.averagingDouble(Coherence::entropy)),
        texts.stream().collect(Collectors.averagingDouble(Coherence::top)));
  }

  /// Different runs over all runs of this length; 1 for a text that is shorter.
  private static double distinct(int[] tokens, int length) {
    int runs = tokens.length - length + 1;
    if (runs < 1) {
      return 1;
    }
    Set<List<Integer>> seen = new HashSet<>();
    for (int i = 0; i < runs; i++) {
      List<Integer> run = new ArrayList<>();
      for (int j = i; j < i + length; j++) {
        run.add(tokens[j]);
      }
      seen.add(run);
    }
    return (double) seen.size() / runs;
  }
}

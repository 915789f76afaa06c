package rope4j.bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import rope4j.checkpoint.RopeOverrides;
import rope4j.inference.Model;
import rope4j.inference.ModelRotation;
import rope4j.inference.Session;
import rope4j.inference.SessionOptions;
import rope4j.inference.SessionOptions.Activations;

/// Tokens per second of a prefill and of decoding, whatever the file says: prints one JSON line
/// with the medians of the rounds and every round, and the seconds that the first single token
/// took, which rearranges weights.
///
/// ```sh
/// bench/engine FILE [ROUNDS] [PROMPT] [PREDICT] [THREADS]
/// ```
public final class EngineSpeed {

  private EngineSpeed() {}

  /// Measures one file; see the class.
  public static void main(String[] arguments) {
    Path file = Path.of(arguments[0]);
    int rounds = number(arguments, 1, 3);
    int prompt = number(arguments, 2, 512);
    int predict = number(arguments, 3, 64);
    int threads = number(arguments, 4, Runtime.getRuntime().availableProcessors());
    double[] prefill = new double[rounds];
    double[] decode = new double[rounds];
    double first = 0;
    try (Model model = Model.load(file, threads)) {
      int context = prompt + predict;
      ModelRotation rotation = model.rotation(RopeOverrides.NONE, context);
      Session session =
          model.session(
              rotation, context, SessionOptions.EXACT.withActivations(Activations.EIGHT_BITS));
      int[] tokens = tokens(prompt, model.vocabularySize());
      // One round more than asked for: the first compiles.
      for (int round = -1; round < rounds; round++) {
        session.truncate(0);
        long begin = System.nanoTime();
        int next = best(session.feed(tokens));
        long fed = System.nanoTime();
        for (int i = 0; i < predict; i++) {
          next = best(session.feed(next));
          if (round < 0 && i == 0) {
            first = (System.nanoTime() - fed) / 1e9;
          }
        }
        long end = System.nanoTime();
        if (round >= 0) {
          prefill[round] = prompt * 1e9 / (fed - begin);
          decode[round] = predict * 1e9 / (end - fed);
        }
      }
    }
    System.out.printf(
        Locale.ROOT,
        "{\"file\":\"%s\",\"prefill\":%.2f,\"decode\":%.2f,\"firstSingle\":%.2f,\"prefills\":%s,\"decodes\":%s}%n",
        file.getFileName(),
        median(prefill),
        median(decode),
        first,
        Arrays.toString(prefill),
        Arrays.toString(decode));
  }

  private static int number(String[] arguments, int index, int otherwise) {
    return index < arguments.length ? Integer.parseInt(arguments[index]) : otherwise;
  }

  private static int[] tokens(int count, int vocabulary) {
    int[] tokens = new int[count];
    for (int i = 0; i < count; i++) {
      tokens[i] = 300 + (int) (i * 2654435761L % (vocabulary - 300));
    }
    return tokens;
  }

  private static int best(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}

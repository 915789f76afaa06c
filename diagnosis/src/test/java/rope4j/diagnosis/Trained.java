package rope4j.diagnosis;

import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// A small model that the lab trained to copy, on 128 tokens; see the README beside it.
public final class Trained {

  private static final int ALPHABET = 256;

  private Trained() {}

  public static Path model() {
    return Path.of("src/test/resources/trained/induction.gguf");
  }

  /// What the lab measured of it.
  public static Path results() {
    return Path.of("src/test/resources/trained/induction.jsonl");
  }

  /// Segments of different random tokens, each said twice.
  public static int[] copies(int segment, int count) {
    SplittableRandom random = new SplittableRandom(11);
    int[] text = new int[count];
    int[] order = IntStream.range(0, ALPHABET).toArray();
    for (int i = 0; i < count; i++) {
      int at = i % (2 * segment);
      if (at == 0) {
        shuffle(order, random);
      }
      text[i] = order[at % segment];
    }
    return text;
  }

  private static void shuffle(int[] order, SplittableRandom random) {
    for (int i = order.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[other];
      order[other] = kept;
    }
  }
}

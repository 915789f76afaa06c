package rope4j.diagnosis;

import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// Small models that the lab trained on 128 tokens; see the README beside them.
public enum Trained {
  /// To copy.
  INDUCTION("induction"),
  /// To find the values of keys: tokens below half of the alphabet are keys, the others values.
  RECALL("recall");

  private static final int ALPHABET = 256;

  private final String name;

  Trained(String name) {
    this.name = name;
  }

  public Path model() {
    return Path.of("src/test/resources/trained", name + ".gguf");
  }

  /// What the lab measured of it.
  public Path results() {
    return Path.of("src/test/resources/trained", name + ".jsonl");
  }

  /// Random keys, each with a random value.
  public static int[] pairs(int count) {
    SplittableRandom random = new SplittableRandom(11);
    int half = ALPHABET / 2;
    return IntStream.range(0, count).map(i -> i % 2 * half + random.nextInt(half)).toArray();
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

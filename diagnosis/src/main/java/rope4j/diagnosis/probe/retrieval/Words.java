package rope4j.diagnosis.probe.retrieval;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;

/// What questions are made of.
final class Words {

  /// The filler of the passkey test, published with landmark attention (arXiv 2305.16300) and used
  /// by RULER as noise.
  static final String NOISE =
      "The grass is green. The sky is blue. The sun is yellow. Here we go. There and back again.";

  private static final List<String> ALL = read();

  private Words() {}

  private static List<String> read() {
    try (InputStream stream = Words.class.getResourceAsStream("words.txt")) {
      if (stream == null) {
        throw new IllegalStateException("the program is incomplete: words.txt is missing");
      }
      return List.of(
          new String(stream.readAllBytes(), StandardCharsets.UTF_8).strip().split("\\s+", -1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static int count() {
    return ALL.size();
  }

  /// Different words in random order.
  static List<String> draw(int count, SplittableRandom random) {
    List<String> words = new ArrayList<>(ALL);
    shuffle(words, random);
    return words.subList(0, Math.min(count, words.size()));
  }

  /// Two words, as keys are written.
  static String key(SplittableRandom random) {
    List<String> two = draw(2, random);
    return two.getFirst() + "-" + two.getLast();
  }

  static String number(int digits, SplittableRandom random) {
    int least = (int) Math.pow(10, digits - 1.0);
    return Integer.toString(random.nextInt(least, 10 * least));
  }

  static String uuid(SplittableRandom random) {
    // Version 4 of its variant, as RULER's.
    long high = random.nextLong() & ~0xF000L | 0x4000L;
    long low = random.nextLong() >>> 2 | Long.MIN_VALUE;
    return new UUID(high, low).toString();
  }

  static String letters(int count, char first, SplittableRandom random) {
    StringBuilder letters = new StringBuilder();
    for (int i = 0; i < count; i++) {
      letters.append((char) (first + random.nextInt(26)));
    }
    return letters.toString();
  }

  static <T> void shuffle(List<T> list, SplittableRandom random) {
    for (int i = list.size() - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      T moved = list.get(i);
      list.set(i, list.get(other));
      list.set(other, moved);
    }
  }
}

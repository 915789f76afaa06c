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

  /// As many different words as a question takes: those given, and when they are used up two of
  /// them at a time, as `candle-river`, in an order of their own. RULER has thousands of single
  /// words.
  static final class Supply {

    private final List<String> words;
    private final long start;
    private final long step;

    /// @param words different ones, at least two, none with a hyphen
    Supply(List<String> words, SplittableRandom random) {
      this.words = List.copyOf(words);
      start = random.nextLong(pairs());
      long drawn = 1 + random.nextLong(pairs());
      // Steps that share no divisor with the number of pairs come by each of them once.
      while (gcd(drawn, pairs()) > 1) {
        drawn++;
      }
      step = drawn;
    }

    private long pairs() {
      return words.size() * (words.size() - 1L);
    }

    private static long gcd(long a, long b) {
      return b == 0 ? a : gcd(b, a % b);
    }

    /// The same for the same number; a longer list begins as a shorter one does.
    ///
    /// @return so many words, or all there are, some ten thousand
    List<String> first(int count) {
      List<String> first = new ArrayList<>(words.subList(0, Math.min(count, words.size())));
      for (long i = 0; first.size() < count && i < pairs(); i++) {
        long pair = (start + i * step) % pairs();
        int one = (int) (pair / (words.size() - 1));
        int other = (int) (pair % (words.size() - 1));
        first.add(words.get(one) + "-" + words.get(other < one ? other : other + 1));
      }
      return first;
    }
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

package rope4j.diagnosis.probe.retrieval;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import rope4j.diagnosis.probe.retrieval.TextPrompts.Item;

/// RULER's two tasks of counting words.
final class RulerWords {

  private RulerWords() {}

  /// The ten words that stand in a list more often than all others.
  record Common(TextPrompts prompts) implements RetrievalTask {

    private static final int ANSWERS = 10;

    /// From this length on common words stand there 30 times and the others 3 times, below 6 times
    /// and once.
    private static final int LONG = 4096;

    @Override
    public String id() {
      return "cwe";
    }

    @Override
    public String description() {
      return "RULER: the 10 words of a list that stand there ten times as often as the others (six below 4096 tokens).";
    }

    /// The words stand all over the text.
    @Override
    public boolean hasDepth() {
      return false;
    }

    @Override
    public Question question(int length, double depth, SplittableRandom random) {
      List<String> drawn = Words.draw(Words.count(), random);
      List<String> common = drawn.subList(0, ANSWERS);
      List<String> others = drawn.subList(ANSWERS, 2 * ANSWERS);
      long order = random.nextLong();
      boolean isLong = length >= LONG;
      String example = example(isLong, random);
      Words.Supply supply = new Words.Supply(drawn.subList(ANSWERS, drawn.size()), random);
      int room = 2 + Math.max(prompts.room(answer(common)), prompts.room(answer(others)));
      String question =
          prompts.fit(
              0,
              length,
              room,
              size ->
                  example
                      + text(
                          common,
                          isLong ? 30 : 6,
                          supply.first(size),
                          isLong ? 3 : 1,
                          new SplittableRandom(order)));
      return prompts.anyOrder(question, items(common), items(others));
    }

    /// A short list with its answer, which stands before the question.
    private static String example(boolean isLong, SplittableRandom random) {
      List<String> drawn = Words.draw(isLong ? 40 : 20, random);
      List<String> common = drawn.subList(0, ANSWERS);
      List<String> uncommon = drawn.subList(ANSWERS, drawn.size());
      return text(common, isLong ? 10 : 3, uncommon, isLong ? 3 : 1, random)
          + answer(common)
          + "\n";
    }

    private static List<Item> items(List<String> words) {
      List<Item> items = new ArrayList<>();
      for (int i = 0; i < words.size(); i++) {
        items.add(new Item(" " + (i + 1) + ".", " " + words.get(i)));
      }
      return items;
    }

    private static String answer(List<String> words) {
      return items(words).stream().map(Item::text).collect(Collectors.joining());
    }

    private static String text(
        List<String> common,
        int often,
        List<String> uncommon,
        int seldom,
        SplittableRandom random) {
      List<String> words = new ArrayList<>();
      common.forEach(word -> add(words, word, often));
      uncommon.forEach(word -> add(words, word, seldom));
      Words.shuffle(words, random);
      StringBuilder list = new StringBuilder();
      for (int i = 0; i < words.size(); i++) {
        list.append(i == 0 ? "" : " ").append(i + 1).append(". ").append(words.get(i));
      }
      return "Below is a numbered list of words. In these words, some appear more often than others."
          + " Memorize the ones that appear most often.\n"
          + list
          + "\nQuestion: What are the 10 most common words in the above list? Answer: The top 10"
          + " words that appear most often in the list are:";
    }

    private static void add(List<String> words, String word, int times) {
      for (int i = 0; i < times; i++) {
        words.add(word);
      }
    }
  }

  /// The three most frequent coded words of a text that follows Zipf's law.
  record Frequent(TextPrompts prompts) implements RetrievalTask {

    private static final int ANSWERS = 3;
    private static final int LETTERS = 6;
    private static final int TOKENS_PER_WORD = 50;
    private static final int LEAST_WORDS = 30;

    /// Sum of all 1 / rank².
    private static final double ZETA_OF_2 = Math.PI * Math.PI / 6;

    @Override
    public String id() {
      return "fwe";
    }

    @Override
    public String description() {
      return "RULER: the 3 most frequent coded words, whose frequencies fall with the square of"
          + " their rank.";
    }

    /// The words stand all over the text.
    @Override
    public boolean hasDepth() {
      return false;
    }

    @Override
    public Question question(int length, double depth, SplittableRandom random) {
      int vocabulary = Math.max(2 * ANSWERS + 1, length / TOKENS_PER_WORD);
      List<String> words = new ArrayList<>(List.of("..."));
      while (words.size() < vocabulary) {
        String word = Words.letters(LETTERS, 'a', random);
        if (!words.contains(word)) {
          words.add(word);
        }
      }
      List<Item> right = items(words.subList(1, 1 + ANSWERS));
      List<Item> wrong = items(words.subList(1 + ANSWERS, 1 + 2 * ANSWERS));
      long order = random.nextLong();
      int room = Math.max(prompts.room(answer(right)), prompts.room(answer(wrong)));
      String question =
          prompts.fit(
              LEAST_WORDS,
              length,
              room + 1,
              size -> text(size, words, new SplittableRandom(order)));
      return prompts.anyOrder(question, right, wrong);
    }

    private static List<Item> items(List<String> words) {
      return words.stream().map(word -> new Item("", " " + word)).toList();
    }

    private static String answer(List<Item> items) {
      return items.stream().map(Item::text).collect(Collectors.joining());
    }

    private static String text(int size, List<String> words, SplittableRandom random) {
      List<String> text = new ArrayList<>();
      for (int rank = 1; rank <= words.size(); rank++) {
        long times = (long) (size / ZETA_OF_2 / rank / rank);
        for (long i = 0; i < times; i++) {
          text.add(words.get(rank - 1));
        }
      }
      Words.shuffle(text, random);
      return "Read the following coded text and track the frequency of each coded word. Find the"
          + " three most frequently appeared coded words. "
          + String.join(" ", text)
          + "\nQuestion: Do not provide any explanation. Please ignore the dots '....'. What are the"
          + " three most frequently appeared words in the above coded text? Answer: According to the"
          + " coded text above, the three most frequently appeared words are:";
    }
  }
}

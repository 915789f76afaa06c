package rope4j.diagnosis.probe.retrieval;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import rope4j.diagnosis.probe.retrieval.TextPrompts.Item;

/// The six tasks of RULER that need no data set, in its words.
///
/// Source: RULER (arXiv 2404.06654), `scripts/data/synthetic`.
final class Ruler {

  private Ruler() {}

  static List<RetrievalTask> tasks(TextPrompts prompts) {
    return List.of(
        new Needles(prompts, Kind.SINGLE_1),
        new Needles(prompts, Kind.MULTIKEY_2),
        new Needles(prompts, Kind.MULTIKEY_3),
        new Variables(prompts),
        new RulerWords.Common(prompts),
        new RulerWords.Frequent(prompts));
  }

  /// Which needle in which haystack.
  enum Kind {
    /// One needle in noise; words to a number.
    SINGLE_1,
    /// The haystack is needles; words to numbers.
    MULTIKEY_2,
    /// The haystack is needles; identifiers to identifiers.
    MULTIKEY_3
  }

  /// A magic number or identifier among others.
  record Needles(TextPrompts prompts, Kind kind) implements RetrievalTask {

    @Override
    public String id() {
      return switch (kind) {
        case SINGLE_1 -> "niah_single_1";
        case MULTIKEY_2 -> "niah_multikey_2";
        case MULTIKEY_3 -> "niah_multikey_3";
      };
    }

    @Override
    public String description() {
      return switch (kind) {
        case SINGLE_1 -> "RULER: a magic number in noise.";
        case MULTIKEY_2 -> "RULER: one magic number among nothing but magic numbers.";
        case MULTIKEY_3 -> "RULER: one magic identifier among nothing but magic identifiers.";
      };
    }

    private String type() {
      return kind == Kind.MULTIKEY_3 ? "uuid" : "number";
    }

    private String value(SplittableRandom random) {
      return kind == Kind.MULTIKEY_3 ? Words.uuid(random) : Words.number(7, random);
    }

    private String key(SplittableRandom random) {
      return kind == Kind.MULTIKEY_3 ? Words.uuid(random) : Words.key(random);
    }

    private String needle(String key, String value) {
      return "One of the special magic " + type() + "s for " + key + " is: " + value + ".";
    }

    @Override
    public Question question(int length, double depth, SplittableRandom random) {
      String key = key(random);
      String value = value(random);
      String other = value(random);
      long hay = random.nextLong();
      int room = Math.max(prompts.room(" " + value), prompts.room(" " + other)) + 1;
      String question =
          prompts.fit(
              kind == Kind.SINGLE_1 ? 0 : 1,
              length,
              room,
              size -> text(size, depth, key, value, new SplittableRandom(hay)));
      return prompts.question(question, " " + value, " " + other);
    }

    private String text(int size, double depth, String key, String value, SplittableRandom hay) {
      List<String> sentences = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        sentences.add(kind == Kind.SINGLE_1 ? Words.NOISE : needle(key(hay), value(hay)));
      }
      sentences.add((int) Math.round(depth * sentences.size()), needle(key, value));
      String type = type();
      return "A special magic "
          + type
          + " is hidden within the following text. Make sure to memorize it. I will quiz you about"
          + " the "
          + type
          + " afterwards.\n"
          + String.join("\n", sentences)
          + "\nWhat is the special magic "
          + type
          + " for "
          + key
          + " mentioned in the provided text? The special magic "
          + type
          + " for "
          + key
          + " mentioned in the provided text is";
    }
  }

  /// A value handed on from variable to variable.
  record Variables(TextPrompts prompts) implements RetrievalTask {

    private static final int HOPS = 4;
    private static final int LETTERS = 5;
    private static final int LETTERS_OF_EXAMPLE = 3;

    /// About as many as RULER's example of at most 500 tokens has.
    private static final int LINES_OF_EXAMPLE = 10;

    @Override
    public String id() {
      return "vt";
    }

    @Override
    public String description() {
      return "RULER: which variables hold a value that was handed on over 4 hops.";
    }

    /// The chain is spread over the whole text.
    @Override
    public boolean hasDepth() {
      return false;
    }

    /// A short example with its answer stands before.
    @Override
    public Question question(int length, double depth, SplittableRandom random) {
      List<String> names = names(LETTERS, random);
      List<String> others = names(LETTERS, random);
      String value = Words.number(5, random);
      List<Double> places = places(random);
      String example = example(random);
      int room =
          1
              + Math.max(
                  prompts.room(" " + String.join(" ", names)),
                  prompts.room(" " + String.join(" ", others)));
      String question =
          prompts.fit(0, length, room, size -> example + text(size, names, places, value));
      return prompts.anyOrder(question, items(names), items(others));
    }

    private static List<Double> places(SplittableRandom random) {
      List<Double> places = new ArrayList<>();
      for (int i = 0; i <= HOPS; i++) {
        places.add(random.nextDouble());
      }
      Collections.sort(places);
      return places;
    }

    private static String example(SplittableRandom random) {
      List<String> names = names(LETTERS_OF_EXAMPLE, random);
      return text(LINES_OF_EXAMPLE, names, places(random), "12345")
          + " "
          + String.join(" ", names)
          + "\n\n";
    }

    private static List<String> names(int letters, SplittableRandom random) {
      return Stream.generate(() -> Words.letters(letters, 'A', random))
          .distinct()
          .limit(HOPS + 1L)
          .toList();
    }

    private static List<Item> items(List<String> names) {
      return names.stream().map(name -> new Item("", " " + name)).toList();
    }

    private static String text(int size, List<String> names, List<Double> places, String value) {
      List<String> sentences = new ArrayList<>();
      int next = 0;
      for (int i = 0; i <= size; i++) {
        while (next < names.size() && places.get(next) * size <= i) {
          String from = next == 0 ? value : "VAR " + names.get(next - 1) + " ";
          sentences.add("VAR " + names.get(next) + " = " + from);
          next++;
        }
        if (i < size) {
          sentences.add(Words.NOISE);
        }
      }
      return "Memorize and track the chain(s) of variable assignment hidden in the following text."
          + "\n\n"
          + String.join("\n", sentences)
          + "\nQuestion: Find all variables that are assigned the value "
          + value
          + " in the text above. Answer: According to the chain(s) of variable assignment in the"
          + " text above, "
          + names.size()
          // Misspelt there, and what models were scored with.
          + " variables are assgined the value "
          + value
          + ", they are:";
    }
  }
}

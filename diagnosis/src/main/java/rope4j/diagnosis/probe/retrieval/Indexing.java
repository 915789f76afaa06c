package rope4j.diagnosis.probe.retrieval;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// One of four elements by its index, after padding: a guess is right one time in four.
///
/// Source: the 4-element indexing test of arXiv 2605.15514.
record Indexing(TextPrompts prompts) implements RetrievalTask {

  private static final int ELEMENTS = 4;

  @Override
  public String id() {
    return "indexing";
  }

  @Override
  public String description() {
    return "arr[k] of an array of 4, the most likely of the four elements; a guess is right in 25 %.";
  }

  /// The array stands at the beginning.
  @Override
  public boolean hasDepth() {
    return false;
  }

  @Override
  public double chance() {
    return 1.0 / ELEMENTS;
  }

  @Override
  public Question question(int length, double depth, SplittableRandom random) {
    List<String> digits = new ArrayList<>(List.of("1", "2", "3", "4", "5", "6", "7", "8", "9"));
    Words.shuffle(digits, random);
    List<String> array = digits.subList(0, ELEMENTS);
    int index = random.nextInt(ELEMENTS);
    int other = (index + 1 + random.nextInt(ELEMENTS - 1)) % ELEMENTS;
    String question = prompts.fit(0, length, 3, size -> text(size, array, index));
    int[] choices = new int[ELEMENTS];
    for (int i = 0; i < ELEMENTS; i++) {
      Prompt choice = prompts.prompt(question, List.of(array.get(i)));
      choices[i] = choice.tokens()[choice.answerFrom()];
    }
    Prompt right = prompts.prompt(question, List.of(array.get(index))).choosingFrom(choices);
    return new Question(
        right,
        prompts.prompt(question, List.of(array.get(other))).choosingFrom(choices),
        prompts.distance(right, question, question.indexOf(array.get(index))));
  }

  /// The question is asked once with its answer first, so that the form is known.
  private static String text(int size, List<String> array, int index) {
    int shown = (index + 1) % ELEMENTS;
    return "arr = ["
        + String.join(", ", array)
        + "]\n"
        + "# padding\n".repeat(size)
        + "arr["
        + shown
        + "] = "
        + array.get(shown)
        + "\narr["
        + index
        + "] = ";
  }
}

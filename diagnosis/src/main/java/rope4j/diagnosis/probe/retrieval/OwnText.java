package rope4j.diagnosis.probe.retrieval;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// The user's own text as a haystack.
final class OwnText {

  private OwnText() {}

  /// The passkey's sentence in the middle of the user's text.
  record Needle(TextPrompts prompts, List<int[]> windows) implements RetrievalTask {

    private static final int MOST = 50_000;

    @Override
    public String id() {
      return "needle";
    }

    @Override
    public String description() {
      return "The passkey's sentence inside the given text, asked for at the end.";
    }

    @Override
    public Question question(int length, double depth, SplittableRandom random) {
      String key = Integer.toString(1 + random.nextInt(MOST));
      String other = Integer.toString(1 + random.nextInt(MOST));
      int[] needle = inner(needle(key));
      String end = "\nWhat is the pass key? The pass key is";
      int fixed = needle.length + inner(end).length;
      int room = Math.max(prompts.room(" " + key), prompts.room(" " + other));
      int hay = length - fixed - room;
      if (hay < 2) {
        throw new DoesNotFitException(fixed + room + 2, length);
      }
      int[] text = windows.get(random.nextInt(windows.size()));
      int before = 1 + (int) Math.round((hay - 1) * depth);
      Prompt right = prompt(text, before, hay, needle, end, key);
      return new Question(
          right,
          prompt(text, before, hay, needle, end, other),
          right.answerFrom() - before - place(needle, key));
    }

    private Prompt prompt(int[] text, int before, int hay, int[] needle, String end, String key) {
      Prompt tail = prompts.prompt(end, List.of(" " + key));
      int cut = prompts.encode("").length;
      int[] question =
          join(
              Arrays.copyOf(text, before),
              needle,
              Arrays.copyOfRange(text, before, hay),
              Arrays.copyOfRange(tail.tokens(), cut, tail.answerFrom()));
      return Prompt.of(
          question, Arrays.copyOfRange(tail.tokens(), tail.answerFrom(), tail.tokens().length));
    }

    /// Tokens of the sentence before the key's second mention: the nearer one.
    private int place(int[] needle, String key) {
      int[] begun = inner(needle(key).substring(0, needle(key).lastIndexOf(" " + key)));
      return TextPrompts.common(needle, begun);
    }

    private static String needle(String key) {
      return "\nThe pass key is " + key + ". Remember it. " + key + " is the pass key.\n";
    }

    private int[] inner(String text) {
      int[] ids = prompts.encode(text);
      return Arrays.copyOfRange(ids, prompts.encode("").length, ids.length);
    }
  }

  /// A passage of the user's text that is told again at the end: the model needs no instruction, it
  /// must find where the passage stood and go on as it went on there.
  record Recall(List<int[]> windows, int passage) implements RetrievalTask {

    private static final int BLOCK = 4;

    @Override
    public String id() {
      return "recall";
    }

    @Override
    public String description() {
      return "A passage of the given text, shuffled so that it can't be guessed, told again at the"
          + " end: the second half of it is asked for.";
    }

    @Override
    public Question question(int length, double depth, SplittableRandom random) {
      int hay = length - 2 * passage;
      if (hay < 2) {
        throw new DoesNotFitException(2 * passage + 2, length);
      }
      int[] text = windows.get(random.nextInt(windows.size()));
      int[] told = shuffled(windows.get(random.nextInt(windows.size())), random);
      int[] other = shuffled(windows.get(random.nextInt(windows.size())), random);
      int before = 1 + (int) Math.round((hay - 1) * depth);
      int half = passage / 2;
      int[] question =
          join(
              Arrays.copyOf(text, before),
              told,
              Arrays.copyOfRange(text, before, hay),
              Arrays.copyOf(told, half));
      return new Question(
          Prompt.of(question, Arrays.copyOfRange(told, half, passage)),
          Prompt.of(question, Arrays.copyOfRange(other, half, passage)),
          question.length - before - half);
    }

    /// Short runs of tokens from all over a window: locally a text, as a whole like no other.
    private int[] shuffled(int[] text, SplittableRandom random) {
      int[] told = new int[passage];
      for (int at = 0; at < passage; at += BLOCK) {
        int count = Math.min(BLOCK, passage - at);
        int from = 1 + random.nextInt(text.length - count);
        System.arraycopy(text, from, told, at, count);
      }
      return told;
    }
  }

  private static int[] join(int[]... parts) {
    return Arrays.stream(parts).flatMapToInt(IntStream::of).toArray();
  }
}

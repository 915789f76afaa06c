package rope4j.diagnosis.probe.retrieval;

import java.util.SplittableRandom;

/// The passkey test in its published words.
///
/// Source: landmark attention (arXiv 2305.16300), used verbatim by position interpolation (arXiv
/// 2306.15595, figure 3), YaRN (`eval/passkey.py`) and LongRoPE.
record Passkey(TextPrompts prompts) implements RetrievalTask {

  private static final String BEFORE =
      "There is an important info hidden inside a lot of irrelevant text. Find it and memorize them."
          + " I will quiz you about the important information there.";
  private static final String QUESTION = "What is the pass key? The pass key is";
  private static final int MOST = 50_000;

  @Override
  public String id() {
    return "passkey";
  }

  @Override
  public String description() {
    return "A number from 1 to 50000 in a repeated filler, asked for at the end, in the published"
        + " words.";
  }

  @Override
  public Question question(int length, double depth, SplittableRandom random) {
    String key = Integer.toString(1 + random.nextInt(MOST));
    String other = Integer.toString(1 + random.nextInt(MOST));
    int room = Math.max(prompts.room(" " + key), prompts.room(" " + other));
    String question = prompts.fit(0, length, room, size -> text(size, depth, key));
    return prompts.question(question, " " + key, " " + other);
  }

  /// @param size characters of filler
  private static String text(int size, double depth, String key) {
    int before = (int) Math.round(size * depth);
    return String.join(
        "\n",
        BEFORE,
        filler(before),
        "The pass key is " + key + ". Remember it. " + key + " is the pass key.",
        filler(size - before),
        QUESTION);
  }

  private static String filler(int characters) {
    String unit = Words.NOISE + " ";
    return unit.repeat(characters / unit.length() + 1).substring(0, characters);
  }
}

package rope4j.lab.task;

import java.util.Arrays;
import rope4j.lab.random.Draws;
import rope4j.lab.story.Story;
import rope4j.lab.story.StoryVocabulary;

/// The next word of a story, everywhere.
///
/// Training sequences are cut out of documents up to 16 times as long, as texts for real models
/// are: what a sequence refers to may stand before it. Tests are documents from their beginning.
public record StoryTelling() implements Task {

  private static final int DOCUMENT = 16;

  @Override
  public String name() {
    return "story";
  }

  @Override
  public int vocabularySize() {
    return StoryVocabulary.standard().size();
  }

  /// The full stop is the commonest word: about one in nine.
  @Override
  public double chance() {
    return 1 / 9.0;
  }

  @Override
  public int shortest() {
    return 1;
  }

  @Override
  public int longest() {
    return Integer.MAX_VALUE - 64;
  }

  @Override
  public Example training(long seed, int length) {
    require(length);
    Draws draws = new Draws(seed);
    int skipped = draws.below(4) == 0 ? 0 : draws.logUniform(1, (DOCUMENT - 1) * length);
    Story story = Story.write(draws.bits(), skipped + length + 1);
    int[] tokens = Arrays.copyOfRange(story.tokens(), skipped, skipped + length + 1);
    tokens[0] = StoryVocabulary.BEGIN;
    return example(
        tokens, Arrays.copyOfRange(story.floor(), skipped, skipped + length + 1), length);
  }

  @Override
  public Example test(long seed, int length) {
    require(length);
    Story story = Story.write(seed, length + 1);
    return example(story.tokens(), story.floor(), length);
  }

  private static Example example(int[] tokens, double[] floor, int length) {
    return new Example(
        Arrays.copyOf(tokens, length),
        Arrays.copyOfRange(tokens, 1, length + 1),
        Arrays.copyOfRange(floor, 1, length + 1));
  }
}

package rope4j.lab.story;

import java.util.Arrays;
import java.util.List;

/// A document of the story language.
///
/// @param tokens ids of [StoryVocabulary], the first is [StoryVocabulary#BEGIN]
/// @param floor what each token costs a reader who knows the language and forgets nothing: `-ln p`,
///   nats; 0 for the first
/// @param references the tokens that only an earlier one tells, in order of their positions
public record Story(int[] tokens, double[] floor, List<Reference> references) {

  /// A token that repeats what was said before.
  ///
  /// @param position where it stands
  /// @param antecedent where the same word was said of the same thing last
  public record Reference(int position, int antecedent) {

    /// Tokens between the two.
    public int distance() {
      return position - antecedent;
    }
  }

  public Story {
    tokens = tokens.clone();
    floor = floor.clone();
    references = List.copyOf(references);
  }

  /// Writes a document; the same seed begins the same document, however long.
  ///
  /// @param length tokens, at least 1, with the one it begins with
  public static Story write(long seed, int length) {
    if (length < 1) {
      throw new IllegalArgumentException(
          "a story needs at least 1 token, but " + length + " are asked for");
    }
    return Narrator.write(seed, length);
  }

  /// Reads a document that this language's generator may have written, from its tokens alone.
  ///
  /// @throws IllegalArgumentException when it can't have written it; the message says where
  public static Story read(int[] tokens) {
    return Narrator.read(tokens);
  }

  /// A copy of the tokens.
  @Override
  public int[] tokens() {
    return tokens.clone();
  }

  /// A copy of the floor.
  @Override
  public double[] floor() {
    return floor.clone();
  }

  /// As text: words with a space between, on one line.
  public String text() {
    return StoryVocabulary.standard().decode(tokens);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Story that
        && Arrays.equals(tokens, that.tokens)
        && Arrays.equals(floor, that.floor)
        && references.equals(that.references);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(tokens);
  }

  @Override
  public String toString() {
    return text();
  }
}

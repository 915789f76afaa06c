package rope4j.lab.export;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import rope4j.checkpoint.Vocabulary;
import rope4j.checkpoint.Vocabulary.Kind;
import rope4j.checkpoint.Vocabulary.Rules;
import rope4j.checkpoint.Vocabulary.Special;
import rope4j.checkpoint.Vocabulary.Token;
import rope4j.lab.story.StoryVocabulary;
import rope4j.lab.task.StoryTelling;
import rope4j.lab.task.Task;

/// How the tokens of a task are written, so that programs that read text can be given its examples:
/// stories in words, all else with a character of its own for each token.
public final class Writing {

  /// From here on there are 20 992 characters in a row, none of which any tokenizer takes apart:
  /// the unified ideographs of Unicode.
  private static final char FIRST = '一';

  private Writing() {}

  /// The vocabulary of a model that learnt a task.
  public static Vocabulary vocabulary(Task task) {
    if (task instanceof StoryTelling) {
      return StoryVocabulary.standard().asSentencePiece();
    }
    List<Token> tokens =
        IntStream.range(0, task.vocabularySize())
            .mapToObj(id -> new Token(character(id), 0, Kind.NORMAL))
            .toList();
    return new Vocabulary("llama", tokens, Special.NONE, Rules.NONE);
  }

  /// A text that the vocabulary makes these tokens of.
  public static String text(Task task, int[] tokens) {
    return task instanceof StoryTelling
        ? StoryVocabulary.standard().decode(tokens)
        : Arrays.stream(tokens).mapToObj(Writing::character).collect(Collectors.joining());
  }

  private static String character(int id) {
    return String.valueOf((char) (FIRST + id));
  }
}

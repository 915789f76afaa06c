package rope4j.lab.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rope4j.inference.tokenizer.Tokenizer;

/// Text to tokens and back, and that other programs' tokenizers agree.
class StoryVocabularyTest {

  private static final StoryVocabulary WORDS = StoryVocabulary.standard();
  private static final Tokenizer SENTENCE_PIECE = Tokenizer.of(WORDS.asSentencePiece());

  @Test
  void aStoryComesBackFromItsText() {
    Story story = Story.write(5, 8000);
    int[] withoutBegin = Arrays.copyOfRange(story.tokens(), 1, 8000);
    assertThat(WORDS.encode(story.text())).isEqualTo(withoutBegin);
    assertThat(WORDS.decode(withoutBegin)).isEqualTo(story.text());
  }

  @Test
  void sentencePieceCutsAStoryIntoTheSameTokens() {
    Story story = Story.write(6, 8000);
    assertThat(SENTENCE_PIECE.encode(story.text())).isEqualTo(WORDS.encode(story.text()));
    assertThat(SENTENCE_PIECE.decode(story.tokens())).isEqualTo(story.text());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mara",
        "zebra crossings",
        "  two  spaces ",
        "Mara's mill, 1903\n",
        "größer 河",
        "."
      })
  void anyTextCanBeEncodedAndSentencePieceAgrees(String text) {
    assertThat(WORDS.encode(text)).isEqualTo(SENTENCE_PIECE.encode(text));
    assertThat(SENTENCE_PIECE.decode(WORDS.encode(text))).isEqualTo(text);
  }

  @Test
  void everyWordIsOneToken() {
    for (String word : Lexicon.read().all()) {
      assertThat(SENTENCE_PIECE.encode(word)).containsExactly(WORDS.id(word));
    }
  }

  @Test
  void itsSizeIsAMultipleOf32() {
    assertThat(WORDS.size() % 32).isZero();
    assertThat(WORDS.asSentencePiece().size()).isEqualTo(WORDS.size());
  }

  @Test
  void aBeginningIsNoWord() {
    assertThatIllegalArgumentException().isThrownBy(() -> WORDS.id("mil"));
  }
}

package rope4j.inference.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.Vocabulary;
import rope4j.checkpoint.Vocabulary.Kind;
import rope4j.checkpoint.Vocabulary.Rules;
import rope4j.checkpoint.Vocabulary.Special;
import rope4j.checkpoint.Vocabulary.Token;

/// SentencePiece BPE by llama.cpp's rules, on vocabularies small enough to follow by hand.
class SentencePieceTokenizerTest {

  private static final long SEED = Long.getLong("rope4j.seed", 20261121L);

  /// `<unk>`, `<s>`, `</s>`, then these pieces, the first the best.
  private static Vocabulary vocabulary(boolean bytes, boolean spacePrefix, String... pieces) {
    List<Token> tokens = new ArrayList<>();
    tokens.add(new Token("<unk>", 0, Kind.UNKNOWN));
    tokens.add(new Token("<s>", 0, Kind.CONTROL));
    tokens.add(new Token("</s>", 0, Kind.CONTROL));
    for (String piece : pieces) {
      tokens.add(new Token(piece, -tokens.size(), Kind.NORMAL));
    }
    for (int b = 0; bytes && b < 256; b++) {
      tokens.add(new Token("<0x%02X>".formatted(b), 0, Kind.BYTE));
    }
    return vocabulary(tokens, spacePrefix);
  }

  private static Vocabulary vocabulary(List<Token> tokens, boolean spacePrefix) {
    return new Vocabulary(
        "llama",
        tokens,
        new Special(OptionalInt.of(1), OptionalInt.of(2), OptionalInt.of(0), Set.of()),
        Rules.NONE.with(true, spacePrefix));
  }

  private static List<String> pieces(Vocabulary vocabulary, String text) {
    List<String> pieces = new ArrayList<>();
    for (int id : Tokenizer.of(vocabulary).encode(text)) {
      pieces.add(vocabulary.tokens().get(id).text());
    }
    return pieces;
  }

  @Test
  void theBestScoreMergesFirst() {
    assertThat(pieces(vocabulary(false, false, "bc", "ab", "a", "b", "c"), "abc"))
        .containsExactly("a", "bc");
  }

  @Test
  void theLeftmostOfEqualScoresMergesFirst() {
    assertThat(pieces(vocabulary(false, false, "aa", "a"), "aaaaa"))
        .containsExactly("aa", "aa", "a");
  }

  @Test
  void negativeAndPositiveZeroAreEqualScores() {
    List<Token> tokens = new ArrayList<>(vocabulary(false, false, "a", "b", "c").tokens());
    tokens.add(new Token("ab", -0f, Kind.NORMAL));
    tokens.add(new Token("bc", 0f, Kind.NORMAL));
    assertThat(pieces(vocabulary(tokens, false), "abc")).containsExactly("ab", "c");
  }

  @Test
  void mergesGoOnFromMergedPieces() {
    assertThat(pieces(vocabulary(false, false, "ab", "cd", "abcd", "a", "b", "c", "d"), "abcdab"))
        .containsExactly("abcd", "ab");
  }

  @Test
  void aSpaceIsPutBeforeTheText() {
    assertThat(pieces(vocabulary(false, true, "▁a", "▁", "a"), "a a")).containsExactly("▁a", "▁a");
  }

  @Test
  void noSpaceIsPutBeforeWhereTheFileSaysSo() {
    assertThat(pieces(vocabulary(false, false, "▁a", "▁", "a"), "a a")).containsExactly("a", "▁a");
  }

  @Test
  void anEmptyTextHasNoTokens() {
    assertThat(pieces(vocabulary(true, true, "▁"), "")).isEmpty();
  }

  @Test
  void aCharacterWithoutATokenBecomesItsBytes() {
    assertThat(pieces(vocabulary(true, false, "a"), "aé🦙"))
        .containsExactly("a", "<0xC3>", "<0xA9>", "<0xF0>", "<0x9F>", "<0xA6>", "<0x99>");
  }

  @Test
  void aCharacterWithoutATokenAndWithoutBytesIsUnknownOnce() {
    assertThat(pieces(vocabulary(false, false, "a"), "aé\n"))
        .containsExactly("a", "<unk>", "<unk>");
  }

  @Test
  void withoutAnUnknownTokenTheCharacterIsNamed() {
    Vocabulary none =
        new Vocabulary("llama", List.of(new Token("a", 0, Kind.NORMAL)), Special.NONE, Rules.NONE);
    assertThatThrownBy(() -> Tokenizer.of(none).encode("ab"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("'b'");
  }

  @Test
  void theLastOfEqualTokensIsUsed() {
    assertThat(Tokenizer.of(vocabulary(false, false, "a", "b", "a")).encode("a"))
        .containsExactly(5);
  }

  @Test
  void textThatLooksLikeAControlTokenIsText() {
    assertThat(pieces(vocabulary(true, false, "s", "<", ">"), "<s>"))
        .containsExactly("<", "s", ">");
  }

  @Test
  void userDefinedTokensAreFoundBeforeAnythingIsMergedTheLongestFirst() {
    List<Token> tokens = new ArrayList<>(vocabulary(false, true, "▁a", "▁", "a", "b").tokens());
    tokens.add(new Token("b", 0, Kind.USER_DEFINED));
    tokens.add(new Token("bb", 0, Kind.USER_DEFINED));
    // What follows a token found so is a text of its own, with a space before it.
    assertThat(pieces(vocabulary(tokens, true), "abbba")).containsExactly("▁a", "bb", "b", "▁a");
  }

  @Test
  void aSurrogateWithoutPartnerIsAQuestionMark() {
    assertThat(pieces(vocabulary(false, false, "a", "?"), "a\ud83e")).containsExactly("a", "?");
  }

  @Test
  void decodingGivesTheTextBack() {
    Tokenizer tokenizer = Tokenizer.of(vocabulary(true, true, "▁a", "ab", "▁", "a", "b"));
    for (String text : List.of("", "a", " a", "  ab  ba ", "é 🦙\n\tab", "a b")) {
      assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
    }
  }

  @Test
  void controlTokensHaveNoText() {
    Tokenizer tokenizer = Tokenizer.of(vocabulary(true, true, "▁a", "▁", "a"));
    assertThat(tokenizer.decode(1, 3, 2)).isEqualTo("a");
  }

  @Test
  void beginAndEndAreTheVocabularys() {
    Tokenizer tokenizer = Tokenizer.of(vocabulary(false, true, "a"));
    assertThat(tokenizer.bos()).hasValue(1);
    assertThat(tokenizer.eos()).hasValue(2);
    assertThat(tokenizer.addsBos()).isTrue();
    assertThat(tokenizer.vocabularySize()).isEqualTo(4);
  }

  @Test
  void anotherTokenizerIsNamedWithWhatIsSupported() {
    Vocabulary rwkv = new Vocabulary("rwkv", List.of(), Special.NONE, Rules.NONE);
    assertThatThrownBy(() -> Tokenizer.of(rwkv))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("'rwkv'")
        .hasMessageContaining("'llama'")
        .hasMessageContaining("'gpt2'");
  }

  @Test
  void theQueueFindsWhatASearchForTheBestPairFinds() {
    for (int n = 0; n < 2000; n++) {
      Random random = new Random(SEED + n);
      List<Token> tokens = new ArrayList<>();
      tokens.add(new Token("<unk>", 0, Kind.UNKNOWN));
      for (String letter : List.of("a", "b", "c")) {
        tokens.add(new Token(letter, 0, Kind.NORMAL));
      }
      for (int i = random.nextInt(20); i > 0; i--) {
        // Few scores, so that there are ties.
        tokens.add(new Token(letters(random, 2, 5), random.nextInt(4), Kind.NORMAL));
      }
      Vocabulary vocabulary = vocabulary(tokens, false);
      String text = letters(random, 0, 40);
      assertThat(pieces(vocabulary, text)).as("seed %d", SEED + n).isEqualTo(slow(tokens, text));
    }
  }

  private static String letters(Random random, int least, int most) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(least, most + 1); i > 0; i--) {
      text.append((char) ('a' + random.nextInt(3)));
    }
    return text.toString();
  }

  /// The definition: merge the best pair, the leftmost of equal ones, until there is none.
  private static List<String> slow(List<Token> tokens, String text) {
    List<String> pieces = new ArrayList<>();
    text.chars().forEach(c -> pieces.add(String.valueOf((char) c)));
    while (true) {
      int best = -1;
      float bestScore = Float.NEGATIVE_INFINITY;
      for (int i = 0; i + 1 < pieces.size(); i++) {
        String merged = pieces.get(i) + pieces.get(i + 1);
        // The last of equal tokens gives the score.
        for (int id = tokens.size() - 1; id >= 0; id--) {
          if (tokens.get(id).text().equals(merged)) {
            if (tokens.get(id).score() > bestScore) {
              best = i;
              bestScore = tokens.get(id).score();
            }
            break;
          }
        }
      }
      if (best < 0) {
        return pieces;
      }
      pieces.set(best, pieces.get(best) + pieces.remove(best + 1));
    }
  }

  @Test
  void aMegabyteTakesSeconds() {
    Tokenizer tokenizer =
        Tokenizer.of(
            vocabulary(
                true, true, "▁a", "aa", "ab", "▁ab", "aaaa", "aaaaaaaa", "ba", "▁", "a", "b"));
    Random random = new Random(SEED);
    StringBuilder text = new StringBuilder("a".repeat(500_000));
    while (text.length() < 1_000_000) {
      text.append("ab \n".charAt(random.nextInt(4)));
    }
    int[] ids =
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> tokenizer.encode(text.toString()));
    assertThat(tokenizer.decode(ids)).isEqualTo(text.toString());
  }
}

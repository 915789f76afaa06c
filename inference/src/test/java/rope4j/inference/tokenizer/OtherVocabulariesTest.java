package rope4j.inference.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.Vocabulary;
import rope4j.checkpoint.Vocabulary.Kind;
import rope4j.checkpoint.Vocabulary.Rules;
import rope4j.checkpoint.Vocabulary.Special;
import rope4j.checkpoint.Vocabulary.Token;

/// Unigram, WordPiece and Gemma 4's BPE by llama.cpp's rules, and damaged vocabularies of every
/// kind.
class OtherVocabulariesTest {

  private static final long SEED = Long.getLong("rope4j.seed", 20261122L);

  private static Token token(String text, float score) {
    return new Token(text, score, Kind.NORMAL);
  }

  private static Vocabulary unigram(boolean mergesSpaces, Token... tokens) {
    List<Token> all = new ArrayList<>(List.of(new Token("<unk>", 0, Kind.UNKNOWN)));
    all.addAll(List.of(tokens));
    Rules rules = new Rules(false, false, true, mergesSpaces, false, false, false);
    return VocabularyOf.of("t5", Optional.empty(), all, List.of(), rules);
  }

  @Test
  void unigramTakesTheWayWithTheHighestSumOfScores() {
    Vocabulary vocabulary =
        unigram(
            false,
            token("▁", -1),
            token("ab", -3),
            token("a", -2),
            token("b", -2),
            token("▁a", -1.5f));
    assertThat(VocabularyOf.pieces(vocabulary, "ab")).containsExactly("▁a", "b");
    assertThat(VocabularyOf.pieces(vocabulary, "bab")).containsExactly("▁", "b", "ab");
  }

  @Test
  void unknownCharactersInARowAreOneUnknownToken() {
    Vocabulary vocabulary = unigram(false, token("▁", -1), token("a", -1));
    assertThat(VocabularyOf.pieces(vocabulary, "a🦙éa")).containsExactly("▁", "a", "<unk>", "a");
  }

  @Test
  void unigramMergesSpacesWhereTheFileSaysSo() {
    Vocabulary vocabulary = unigram(true, token("▁a", -1), token("▁", -2), token("a", -2));
    assertThat(VocabularyOf.pieces(vocabulary, "  a   a ")).containsExactly("▁a", "▁a");
  }

  @Test
  void wordPieceTakesTheLongestBeginning() {
    Vocabulary vocabulary = wordPiece("▁play", "▁", "ing", "in", "g", "▁.");
    assertThat(VocabularyOf.pieces(vocabulary, "Pláying.")).containsExactly("▁play", "ing", "▁.");
    assertThat(Tokenizer.of(vocabulary).decode(Tokenizer.of(vocabulary).encode("playing")))
        .isEqualTo("playing");
  }

  @Test
  void aWordThatWordPieceCannotWriteIsUnknown() {
    Vocabulary vocabulary = wordPiece("▁play", "ing");
    assertThat(VocabularyOf.pieces(vocabulary, "played playing"))
        .containsExactly("[UNK]", "▁play", "ing");
  }

  private static Vocabulary wordPiece(String... tokens) {
    List<Token> all = new ArrayList<>(List.of(new Token("[UNK]", 0, Kind.UNKNOWN)));
    for (String text : tokens) {
      all.add(token(text, 0));
    }
    Rules rules = new Rules(true, true, false, false, true, true, false);
    return VocabularyOf.of("bert", Optional.empty(), all, List.of(), rules);
  }

  @Test
  void gemma4MergesCharactersAndKeepsLineFeedsTogether() {
    List<Token> tokens =
        List.of(
            token("a", 0),
            token("▁", 0),
            token("▁a", 0),
            token("\n\n\n", 0),
            new Token("<0xC3>", 0, Kind.BYTE),
            new Token("<0xA9>", 0, Kind.BYTE));
    Vocabulary vocabulary =
        VocabularyOf.of("gemma4", Optional.empty(), tokens, List.of("▁ a"), Rules.NONE);
    assertThat(VocabularyOf.pieces(vocabulary, "a aé\n\n\n"))
        .containsExactly("a", "▁a", "<0xC3>", "<0xA9>", "\n\n\n");
    assertThat(Tokenizer.of(vocabulary).decode(0, 2, 4, 5, 3)).isEqualTo("a aé\n\n\n");
  }

  @Test
  void aDamagedTableOfCharactersIsRefused() {
    Vocabulary whole = unigram(false, token("a", -1));
    Random random = new Random(SEED);
    for (int n = 0; n < 2000; n++) {
      byte[] table = new byte[random.nextInt(64)];
      random.nextBytes(table);
      if (table.length > 8) {
        ByteBuffer.wrap(table).order(java.nio.ByteOrder.LITTLE_ENDIAN).putInt(table.length / 8 * 4);
        table[table.length - 1] = 0;
      }
      Vocabulary damaged =
          new Vocabulary(
              "t5",
              Optional.empty(),
              whole.tokens(),
              List.of(),
              whole.special(),
              Rules.NONE,
              ByteBuffer.wrap(table));
      assertEncodesOrRefuses(damaged, "aé ﬁ", n);
    }
  }

  @Test
  void randomVocabulariesEncodeOrRefuse() {
    for (int n = 0; n < 3000; n++) {
      Random random = new Random(SEED + n);
      List<Token> tokens = new ArrayList<>();
      List<String> merges = new ArrayList<>();
      for (int i = random.nextInt(20); i > 0; i--) {
        float score = random.nextInt(4) == 0 ? Float.intBitsToFloat(random.nextInt()) : -i;
        tokens.add(
            new Token(text(random), score, Kind.values()[random.nextInt(Kind.values().length)]));
        merges.add(random.nextBoolean() ? text(random) : text(random) + " " + text(random));
      }
      String model = List.of("llama", "gpt2", "gemma4", "t5", "bert").get(random.nextInt(5));
      String name = PreTokenizers.names().get(random.nextInt(PreTokenizers.names().size()));
      Rules rules =
          new Rules(false, false, random.nextBoolean(), random.nextBoolean(), true, true, true);
      Vocabulary vocabulary = VocabularyOf.of(model, Optional.of(name), tokens, merges, rules);
      assertEncodesOrRefuses(vocabulary, text(random) + text(random), n);
    }
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(5); i > 0; i--) {
      text.append("ab▁ é\ud83e\udd99\n#Ġ<".charAt(random.nextInt(11)));
    }
    return text.toString();
  }

  private static void assertEncodesOrRefuses(Vocabulary vocabulary, String text, int n) {
    try {
      Tokenizer tokenizer = Tokenizer.of(vocabulary);
      int[] ids = tokenizer.encodeWithControls(text);
      tokenizer.decode(ids);
      assertThat(IntStream.of(ids).boxed()).allMatch(id -> id >= 0 && id < vocabulary.size());
    } catch (CheckpointException e) {
      assertThat(e.getMessage()).as("seed %d", SEED + n).isNotBlank().doesNotContain("\n");
    } catch (RuntimeException e) {
      throw new AssertionError("seed " + (SEED + n) + " let " + e + " escape", e);
    }
  }

  @Test
  void aModelWithoutTokenizerHereIsNamed() {
    for (String model : List.of("rwkv", "plamo2", "none")) {
      Vocabulary vocabulary = new Vocabulary(model, List.of(), Special.NONE, Rules.NONE);
      assertThatThrownBy(() -> Tokenizer.of(vocabulary))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("'" + model + "'");
    }
  }

  @Test
  void theEndOfATurnEndsGeneration() {
    List<Token> tokens = List.of(token("a", 0), new Token("<|im_end|>", 0, Kind.CONTROL));
    Vocabulary vocabulary =
        new Vocabulary("llama", tokens, Special.NONE.withEndsAmong(tokens), Rules.NONE);
    Tokenizer tokenizer = Tokenizer.of(vocabulary);
    assertThat(tokenizer.endsGeneration(1)).isTrue();
    assertThat(tokenizer.endsGeneration(0)).isFalse();
  }
}

package rope4j.inference.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.Vocabulary;
import rope4j.checkpoint.Vocabulary.Kind;
import rope4j.checkpoint.Vocabulary.Rules;
import rope4j.checkpoint.Vocabulary.Token;

/// Byte-level BPE by llama.cpp's rules, on vocabularies small enough to follow by hand.
class ByteLevelTokenizerTest {

  private static final long SEED = Long.getLong("rope4j.seed", 20261122L);

  private static final List<String> MERGES =
      List.of("Ġ t", "h e", "Ġt he", "a a", "aa aa", "i n", "Ġ Ġ", "ĠĠ ĠĠ", "1 2", "12 3", "Ã ©");

  static List<String> names() {
    return PreTokenizers.names();
  }

  @Test
  void theFirstMergeOfTheListComesFirst() {
    Vocabulary vocabulary = VocabularyOf.bytes("gpt-2", List.of("b c", "a b"));
    assertThat(VocabularyOf.pieces(vocabulary, "abc")).containsExactly("a", "bc");
  }

  @Test
  void nothingIsMergedAcrossWords() {
    Vocabulary vocabulary = VocabularyOf.bytes("gpt-2", List.of("a Ġ", "Ġ b"));
    assertThat(VocabularyOf.pieces(vocabulary, "a b")).containsExactly("a", "Ġb");
  }

  @Test
  void aPairThatIsNoTokenFallsApartAgain() {
    List<Token> tokens = List.of(new Token("a", 0, Kind.NORMAL), new Token("b", 0, Kind.NORMAL));
    Vocabulary vocabulary =
        VocabularyOf.of("gpt2", Optional.of("gpt-2"), tokens, List.of("a b"), Rules.NONE);
    assertThat(VocabularyOf.pieces(vocabulary, "ab")).containsExactly("a", "b");
  }

  @Test
  void aByteThatIsNoTokenIsNamed() {
    Vocabulary vocabulary =
        VocabularyOf.of(
            "gpt2",
            Optional.of("gpt-2"),
            List.of(new Token("a", 0, Kind.NORMAL)),
            List.of("a a"),
            Rules.NONE);
    assertThatThrownBy(() -> Tokenizer.of(vocabulary).encode("ab"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("0x62");
  }

  @Test
  void aWordThatIsATokenIsThatTokenWhereMergesAreIgnored() {
    Token word = new Token("abc", 0, Kind.NORMAL);
    assertThat(VocabularyOf.pieces(VocabularyOf.bytes("llama-bpe", List.of("a b"), word), "abc"))
        .containsExactly("abc");
    assertThat(VocabularyOf.pieces(VocabularyOf.bytes("qwen2", List.of("a b"), word), "abc"))
        .containsExactly("ab", "c");
  }

  @Test
  void controlTokensAreFoundOnlyWhenAskedFor() {
    Vocabulary vocabulary =
        VocabularyOf.bytes("qwen2", MERGES, new Token("<|im_end|>", 0, Kind.CONTROL));
    Tokenizer tokenizer = Tokenizer.of(vocabulary);
    int id = tokenizer.find("<|im_end|>").orElseThrow();
    assertThat(tokenizer.encode("a<|im_end|>")).hasSizeGreaterThan(5).doesNotContain(id);
    assertThat(tokenizer.encodeWithControls("a<|im_end|>b")).containsExactly('a', id, 'b');
    assertThat(tokenizer.decode(tokenizer.encodeWithControls("a<|im_end|>b"))).isEqualTo("ab");
  }

  @Test
  void theLongestAddedTokenIsFoundFirstWhereverItStands() {
    Vocabulary vocabulary =
        VocabularyOf.bytes(
            "qwen2",
            MERGES,
            new Token("<x", 0, Kind.USER_DEFINED),
            new Token("x>>", 0, Kind.USER_DEFINED));
    assertThat(VocabularyOf.pieces(vocabulary, "<x>>")).containsExactly("<", "x>>");
  }

  @Test
  void anUnknownPreTokenizerIsNamedWithThoseThatAreKnown() {
    assertThatThrownBy(() -> Tokenizer.of(VocabularyOf.bytes("klingon", MERGES)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("'klingon'")
        .hasMessageContaining("llama-bpe, llama-v3");
  }

  @Test
  void aFileWithoutMergesSaysSo() {
    assertThatThrownBy(() -> Tokenizer.of(VocabularyOf.bytes("gpt-2", List.of())))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("tokenizer.ggml.merges");
  }

  @ParameterizedTest
  @MethodSource("names")
  void randomTextComesBackFromItsTokens(String preTokenizer) {
    if (!PreTokenizers.named(Optional.of(preTokenizer)).bytes()) {
      return;
    }
    Tokenizer tokenizer = Tokenizer.of(VocabularyOf.bytes(preTokenizer, MERGES));
    for (int n = 0; n < 100; n++) {
      String text = text(new Random(SEED + n));
      assertThat(tokenizer.decode(tokenizer.encode(text)))
          .as("seed %d", SEED + n)
          .isEqualTo(new String(text.getBytes(UTF_8), UTF_8));
    }
  }

  private static final java.nio.charset.Charset UTF_8 = java.nio.charset.StandardCharsets.UTF_8;

  /// Any code points, surrogates without partner among them, and runs of what expressions treat
  /// apart.
  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(30); i > 0; i--) {
      switch (random.nextInt(6)) {
        case 0 -> text.appendCodePoint(random.nextInt(Character.MAX_CODE_POINT + 1));
        case 1 -> text.append((char) (0xd800 + random.nextInt(0x800)));
        case 2 -> text.append(" \n\r\t\u00a0\u3000\u0085~'".charAt(random.nextInt(9)));
        case 3 ->
            text.append(List.of("'s", "'LL", " the", "in", "12345", "é").get(random.nextInt(6)));
        case 4 -> text.append(" ".repeat(random.nextInt(5)));
        default -> text.append((char) (32 + random.nextInt(95)));
      }
    }
    return text.toString();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "default",
        "llama-bpe",
        "jais-2",
        "qwen2",
        "qwen35",
        "bailingmoe",
        "exaone-moe",
        "gpt-2",
        "falcon",
        "deepseek-llm",
        "deepseek-coder",
        "deepseek-v3",
        "afmoe",
        "youtu",
        "bloom",
        "tekken",
        "gpt-4o",
        "tiny_aya",
        "superbpe",
        "chameleon",
        "kimi-k2",
        "gemma4"
      })
  void manyOfOneCharacterTakeSecondsAtMost(String preTokenizer) {
    Splitter splitter = PreTokenizers.named(Optional.of(preTokenizer)).splitter();
    for (String unit :
        List.of(" ", "a", "A", "1", "\n", "!", "'", "é", "中", "a ", " 1", "\u0301")) {
      for (String end : List.of("", "x", "1", " !")) {
        String text = unit.repeat(100_000) + end;
        int[] spans =
            assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> splitter.split(text, new int[] {0, text.length()}),
                () -> "'" + unit + "' and then '" + end + "'");
        assertThat(spans).hasSizeGreaterThan(1);
      }
    }
  }

  @Test
  void fourMegabytesOfOneCharacterTakeSeconds() {
    Tokenizer tokenizer = Tokenizer.of(VocabularyOf.bytes("llama-bpe", MERGES));
    for (String unit : List.of(" ", "a")) {
      String text = unit.repeat(4_000_000);
      int[] ids = assertTimeoutPreemptively(Duration.ofSeconds(60), () -> tokenizer.encode(text));
      assertThat(ids).hasSize(4_000_000 / 4);
    }
  }

  @Test
  void theQueueFindsWhatASearchForTheBestPairFinds() {
    for (int n = 0; n < 1000; n++) {
      Random random = new Random(SEED + n);
      List<String> merges =
          random
              .ints(random.nextInt(1, 15), 0, 1 << 12)
              .mapToObj(bits -> letters(bits) + " " + letters(bits >> 6))
              .distinct()
              .toList();
      String text = letters(random.nextInt() | 1) + letters(random.nextInt());
      Vocabulary vocabulary = VocabularyOf.bytes("gpt-2", merges);
      assertThat(VocabularyOf.pieces(vocabulary, text))
          .as("seed %d", SEED + n)
          .isEqualTo(slow(merges, text));
    }
  }

  /// One to three letters for 6 bits, up to 16 for 32.
  private static String letters(int bits) {
    StringBuilder text = new StringBuilder();
    int left = bits < 0 || bits > 1 << 12 ? bits : bits & 63;
    do {
      text.append((char) ('a' + (left & 3) % 3));
      left >>>= 2;
    } while (left != 0);
    return text.toString();
  }

  private static List<String> slow(List<String> merges, String text) {
    List<String> pieces = new java.util.ArrayList<>(List.of(text.split("")));
    while (true) {
      int best = Integer.MAX_VALUE;
      int at = -1;
      for (int i = 0; i + 1 < pieces.size(); i++) {
        int rank = merges.indexOf(pieces.get(i) + " " + pieces.get(i + 1));
        if (rank >= 0 && rank < best) {
          best = rank;
          at = i;
        }
      }
      if (at < 0) {
        return pieces;
      }
      pieces.set(at, pieces.get(at) + pieces.remove(at + 1));
    }
  }
}

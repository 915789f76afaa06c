package rope4j.lab.story;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import rope4j.checkpoint.Vocabulary;
import rope4j.checkpoint.Vocabulary.Kind;
import rope4j.checkpoint.Vocabulary.Rules;
import rope4j.checkpoint.Vocabulary.Special;
import rope4j.checkpoint.Vocabulary.Token;

/// The tokens of the story language: a SentencePiece vocabulary in which every word is one token.
///
/// In this order: unknown, begin and end of a text, 256 bytes, the words, the beginnings of words,
/// letters and the full stop. SentencePiece BPE reaches a word only by merging its neighbours two
/// by two, so each word's beginnings are pieces too (`▁m`, `▁mi`, `▁mil`, `▁mill`); no other pieces
/// have more than one character, so there is one way only to merge. Bytes and letters make every
/// other text encodable; stories never contain them.
public final class StoryVocabulary {

  /// Text that no piece covers.
  public static final int UNKNOWN = 0;

  /// A text begins with it.
  public static final int BEGIN = 1;

  /// A text ends with it.
  public static final int END = 2;

  /// SentencePiece's space.
  private static final char SPACE = '▁';

  private static final int FIRST_BYTE = 3;
  private static final int FIRST_WORD = FIRST_BYTE + 256;

  /// Tensors whose sides are multiples of this many rows can be quantized and are read fast.
  private static final int MULTIPLE = 32;

  private static final StoryVocabulary STANDARD = new StoryVocabulary(Lexicon.read());

  private final Lexicon lexicon;
  private final List<Token> tokens = new ArrayList<>();
  private final Map<String, Integer> ids = new HashMap<>();

  private StoryVocabulary(Lexicon lexicon) {
    this.lexicon = lexicon;
    add("<unk>", 0, Kind.UNKNOWN);
    add("<s>", 0, Kind.CONTROL);
    add("</s>", 0, Kind.CONTROL);
    IntStream.range(0, 256).forEach(b -> add("<0x%02X>".formatted(b), 0, Kind.BYTE));
    Set<String> pieces = new LinkedHashSet<>();
    lexicon.all().forEach(word -> pieces.add(SPACE + word));
    for (String word : List.copyOf(pieces)) {
      IntStream.range(2, word.length()).forEach(end -> pieces.add(word.substring(0, end)));
    }
    pieces.add(String.valueOf(SPACE));
    IntStream.rangeClosed('a', 'z').forEach(letter -> pieces.add(String.valueOf((char) letter)));
    // Where merges are a list, as in tokenizer.json, both sides of one must be pieces: `▁` and `.`.
    pieces.add(".");
    // The longer, the better; among equals the earlier.
    int rank = 0;
    for (String piece : pieces) {
      add(piece, piece.length() - rank++ * 1e-4f, Kind.NORMAL);
    }
    for (int i = 0; tokens.size() % MULTIPLE != 0; i++) {
      add("<unused" + i + ">", 0, Kind.UNUSED);
    }
  }

  private void add(String text, float score, Kind kind) {
    ids.put(text, tokens.size());
    tokens.add(new Token(text, score, kind));
  }

  /// The one vocabulary there is.
  public static StoryVocabulary standard() {
    return STANDARD;
  }

  /// Number of tokens, a multiple of 32.
  public int size() {
    return tokens.size();
  }

  /// As a GGUF file or a SentencePiece model has it: a text begins with [#BEGIN], and with a space.
  public Vocabulary asSentencePiece() {
    return new Vocabulary(
        "llama",
        Optional.of("default"),
        tokens,
        List.of(),
        new Special(OptionalInt.of(BEGIN), OptionalInt.of(END), OptionalInt.of(UNKNOWN), Set.of()),
        Rules.NONE.with(true, true),
        ByteBuffer.allocate(0));
  }

  /// The words that songs are made of.
  public int[] songWords() {
    return list("songs");
  }

  /// The id of a word of the language.
  ///
  /// @throws IllegalArgumentException when there is no such word
  public int id(String word) {
    Integer id = ids.get(SPACE + word);
    if (id == null || id >= FIRST_WORD + lexicon.all().size()) {
      throw new IllegalArgumentException("the story language has no word '" + word + "'");
    }
    return id;
  }

  /// The ids of a list of words, for example `places`.
  int[] list(String name) {
    return lexicon.words(name).stream().mapToInt(this::id).toArray();
  }

  /// The tokens of a text, as SentencePiece finds them; without [#BEGIN].
  public int[] encode(String text) {
    IntStream.Builder out = IntStream.builder();
    String spaced = text.isEmpty() ? "" : SPACE + text.replace(' ', SPACE);
    int at = 0;
    while (at < spaced.length()) {
      int end = at + Character.charCount(spaced.codePointAt(at));
      if (ids.containsKey(spaced.substring(at, end))) {
        while (end < spaced.length() && ids.containsKey(spaced.substring(at, end + 1))) {
          end++;
        }
        out.add(idOf(spaced.substring(at, end)));
      } else {
        for (byte b : spaced.substring(at, end).getBytes(StandardCharsets.UTF_8)) {
          out.add(FIRST_BYTE + (b & 0xFF));
        }
      }
      at = end;
    }
    return out.build().toArray();
  }

  private int idOf(String piece) {
    Integer id = ids.get(piece);
    return id == null ? UNKNOWN : id;
  }

  /// The text of a story's tokens; control tokens are left out.
  public String decode(int[] tokenIds) {
    StringBuilder out = new StringBuilder();
    for (int id : tokenIds) {
      Token token = tokens.get(id);
      if (token.kind() == Kind.NORMAL) {
        out.append(token.text());
      }
    }
    String text = out.toString().replace(SPACE, ' ');
    return text.startsWith(" ") ? text.substring(1) : text;
  }
}

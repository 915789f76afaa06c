package rope4j.checkpoint;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// The tokens of a model and what its tokenizer needs to know. A token's id is its index.
///
/// Source: llama.cpp `llama-vocab.cpp`, `llama_vocab::impl::load`.
///
/// @param model the tokenizer's name, `tokenizer.ggml.model`: `llama` is SentencePiece BPE, `gpt2`
///   byte-level BPE, `t5` Unigram, `bert` WordPiece
/// @param preTokenizer how a text falls into words before pairs are merged, `tokenizer.ggml.pre`
/// @param tokens all tokens in order of their ids
/// @param merges the pairs BPE merges, the first the soonest, as the file writes them: two pieces
///   with a space between
/// @param special the tokens with a task of their own
/// @param rules what is done to a text before it is cut
/// @param characterMap SentencePiece's table of characters and what they are replaced by, as the
///   file has it; empty when there is none
public record Vocabulary(
    String model,
    Optional<String> preTokenizer,
    List<Token> tokens,
    List<String> merges,
    Special special,
    Rules rules,
    ByteBuffer characterMap) {

  static final String PREFIX = "tokenizer.ggml.";

  /// One token.
  ///
  /// @param text as the file writes it: SentencePiece has `▁` for a space and `<0x0A>` for a byte
  /// @param score the higher, the sooner SentencePiece merges to it
  /// @param kind what it stands for
  public record Token(String text, float score, Kind kind) {}

  /// What a token stands for; the order is the file's numbering. Source: llama.cpp `llama.h`, `enum
  /// llama_token_type`.
  public enum Kind {
    UNDEFINED,
    NORMAL,
    UNKNOWN,
    CONTROL,
    USER_DEFINED,
    UNUSED,
    BYTE
  }

  /// The tokens with a task of their own.
  ///
  /// @param bos the token a text begins with, if there is one
  /// @param eos the token a text ends with, if there is one
  /// @param unknown the token for text that no other token covers, if there is one
  /// @param ends tokens that end a turn or a message
  public record Special(OptionalInt bos, OptionalInt eos, OptionalInt unknown, Set<Integer> ends) {

    /// No such token.
    public static final Special NONE =
        new Special(OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty(), Set.of());

    public Special {
      ends = Set.copyOf(ends);
    }

    /// The same with the tokens that end a turn or a message by the look of their texts, such as
    /// `<|im_end|>`.
    public Special withEndsAmong(List<Token> tokens) {
      return new Special(bos, eos, unknown, Set.copyOf(EndTokens.of(tokens)));
    }
  }

  /// What is done to a text before it is cut into tokens.
  ///
  /// @param addsBos whether a text fed to the model begins with `bos`
  /// @param addsEos whether a text fed to the model ends with `eos`
  /// @param addsSpacePrefix whether the tokenizer puts a space before a text
  /// @param mergesSpaces whether many spaces become one (`remove_extra_whitespaces`)
  /// @param lowercases whether WordPiece sees lower case only
  /// @param stripsAccents whether WordPiece sees letters without their accents
  /// @param stripsAfterControls whether white space after a control token is dropped, which Phi-3
  ///   needs and its files do not say
  public record Rules(
      boolean addsBos,
      boolean addsEos,
      boolean addsSpacePrefix,
      boolean mergesSpaces,
      boolean lowercases,
      boolean stripsAccents,
      boolean stripsAfterControls) {

    /// A text stays as it is.
    public static final Rules NONE = new Rules(false, false, false, false, false, false, false);

    /// The same with a beginning, and with or without a space before the text.
    public Rules with(boolean bos, boolean spacePrefix) {
      return new Rules(
          bos, addsEos, spacePrefix, mergesSpaces, lowercases, stripsAccents, stripsAfterControls);
    }
  }

  public Vocabulary {
    tokens = List.copyOf(tokens);
    merges = List.copyOf(merges);
    characterMap = characterMap.asReadOnlyBuffer();
  }

  /// A vocabulary of tokens alone.
  public Vocabulary(String model, List<Token> tokens, Special special, Rules rules) {
    this(model, Optional.empty(), tokens, List.of(), special, rules, ByteBuffer.allocate(0));
  }

  @Override
  public ByteBuffer characterMap() {
    return characterMap.duplicate();
  }

  /// Number of tokens.
  public int size() {
    return tokens.size();
  }

  /// Reads the vocabulary of an open file, whatever its tokenizer's model.
  ///
  /// @throws CheckpointException when the file has no tokenizer, or a damaged one
  public static Vocabulary of(GgufFile file) {
    Metadata metadata = file.metadata();
    String model =
        metadata
            .string(PREFIX + "model")
            .orElseThrow(() ->
                new CheckpointException(
                    "the file has no tokenizer (" + PREFIX + "model): give token ids instead"));
    return new VocabularyReader(metadata, model, tokens(metadata)).read();
  }

  private static List<Token> tokens(Metadata metadata) {
    MetadataValue.Array array =
        metadata
            .array(PREFIX + "tokens")
            .orElseThrow(() -> ModelDescription.absent(PREFIX + "tokens"));
    List<String> texts = array.strings();
    float[] scores =
        metadata
            .array(PREFIX + "scores")
            .map(values -> parallel("scores", values, texts.size()).floats())
            .orElseGet(() -> new float[texts.size()]);
    long[] kinds =
        metadata
            .array(PREFIX + "token_type")
            .map(values -> parallel("token_type", values, texts.size()).integers())
            .orElseGet(() -> new long[0]);
    List<Token> tokens = new ArrayList<>(texts.size());
    for (int id = 0; id < texts.size(); id++) {
      tokens.add(
          new Token(
              texts.get(id), scores[id], kinds.length == 0 ? Kind.NORMAL : kind(id, kinds[id])));
    }
    return tokens;
  }

  private static MetadataValue.Array parallel(String key, MetadataValue.Array values, int tokens) {
    if (values.size() != tokens) {
      throw new CheckpointException(
          PREFIX
              + key
              + " has "
              + values.size()
              + " elements, but there are "
              + tokens
              + " tokens: convert the model again");
    }
    return values;
  }

  private static Kind kind(int id, long number) {
    Kind[] kinds = Kind.values();
    if (number < 0 || number >= kinds.length) {
      throw new CheckpointException(
          "token "
              + id
              + " has type "
              + number
              + ", but 0 to "
              + (kinds.length - 1)
              + " were expected: convert the model again");
    }
    return kinds[(int) number];
  }
}

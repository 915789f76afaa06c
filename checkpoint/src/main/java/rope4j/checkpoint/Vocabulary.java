package rope4j.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// The tokens of a model and what its tokenizer needs to know. A token's id is its index.
///
/// Source: llama.cpp `llama-vocab.cpp`, `llama_vocab::impl::load`.
///
/// @param model the tokenizer's name, `tokenizer.ggml.model`: `llama` is SentencePiece BPE
/// @param tokens all tokens in order of their ids
/// @param bos the token a text begins with, if there is one
/// @param eos the token a text ends with, if there is one
/// @param unknown the token for text that no other token covers, if there is one
/// @param addsBos whether a text fed to the model begins with `bos`
/// @param addsSpacePrefix whether the tokenizer puts a space before a text
public record Vocabulary(
    String model,
    List<Token> tokens,
    OptionalInt bos,
    OptionalInt eos,
    OptionalInt unknown,
    boolean addsBos,
    boolean addsSpacePrefix) {

  private static final String PREFIX = "tokenizer.ggml.";

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

  public Vocabulary {
    tokens = List.copyOf(tokens);
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
    List<Token> tokens = tokens(metadata);
    // llama.cpp's defaults for SentencePiece; the other models have theirs in the file.
    boolean sentencePiece = model.equals("llama");
    return new Vocabulary(
        model,
        tokens,
        id(metadata, "bos_token_id", sentencePiece ? 1 : -1, tokens.size()),
        id(metadata, "eos_token_id", sentencePiece ? 2 : -1, tokens.size()),
        id(metadata, "unknown_token_id", sentencePiece ? 0 : -1, tokens.size()),
        metadata.bool(PREFIX + "add_bos_token").orElse(sentencePiece),
        metadata.bool(PREFIX + "add_space_prefix").orElse(sentencePiece));
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

  /// llama.cpp passes over an id beyond the vocabulary, with a warning.
  private static OptionalInt id(Metadata metadata, String key, int otherwise, int size) {
    OptionalLong given = metadata.integer(PREFIX + key);
    long id = given.orElse(otherwise);
    if (id < 0 || id >= size) {
      id = otherwise;
    }
    return id < 0 || id >= size ? OptionalInt.empty() : OptionalInt.of((int) id);
  }
}

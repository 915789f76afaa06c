package rope4j.inference;

import java.util.OptionalInt;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.Vocabulary;

/// Turns text into token ids and back. Immutable and safe for use by many threads.
public sealed interface Tokenizer permits SentencePieceTokenizer {

  /// The tokenizer a vocabulary belongs to.
  ///
  /// @throws CheckpointException when the vocabulary's tokenizer is not supported
  static Tokenizer of(Vocabulary vocabulary) {
    return switch (vocabulary.model()) {
      case "llama" -> new SentencePieceTokenizer(vocabulary);
      case String other ->
          throw new CheckpointException(
              "the file's tokenizer is '"
                  + other
                  + "', but only 'llama' (SentencePiece BPE) is supported: tokenize the text with"
                  + " llama.cpp and give the token ids instead");
    };
  }

  /// The ids of a text, without the token texts begin with. Text that looks like a control token is
  /// text. Takes time proportional to n log n.
  ///
  /// @throws CheckpointException when the vocabulary has no token for a character, and none for the
  ///   unknown either
  int[] encode(String text);

  /// The text of ids; control tokens have none. A space that [#encode] puts before a text is
  /// removed, so that a text which the vocabulary covers comes back as it was.
  ///
  /// @throws IndexOutOfBoundsException when an id is beyond the vocabulary
  String decode(int... ids);

  /// The token a text begins with, if the model has one.
  OptionalInt bos();

  /// The token a text ends with, if the model has one.
  OptionalInt eos();

  /// Whether the model expects [#bos] before a text.
  boolean addsBos();

  /// Number of tokens; ids are below it.
  int vocabularySize();
}

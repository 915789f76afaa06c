package rope4j.inference.tokenizer;

import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.Vocabulary;

/// Turns text into token ids and back. Immutable and safe for use by many threads.
public sealed interface Tokenizer permits PieceTokenizer {

  /// The tokenizer a GGUF file's vocabulary belongs to, as llama.cpp has it.
  ///
  /// @throws CheckpointException when the vocabulary's tokenizer is not supported
  static Tokenizer of(Vocabulary vocabulary) {
    return GgufTokenizers.of(vocabulary);
  }

  /// The tokenizer of a `tokenizer.json`, as Hugging Face's `tokenizers` has it.
  ///
  /// @throws CheckpointException when the file can't be read or has a part that is not supported
  static Tokenizer of(Path tokenizerJson) {
    return JsonTokenizers.of(tokenizerJson);
  }

  /// The ids of a text, without the token texts begin with. Text that looks like a control token is
  /// text; a surrogate without its partner is a question mark. Takes time proportional to n log n.
  ///
  /// @throws CheckpointException when the vocabulary has no token for a character, and none for the
  ///   unknown either
  int[] encode(String text);

  /// The ids of a text in which control tokens are written out, as chat templates do:
  /// `<|im_start|>` is one token. Never for text of strangers, who could end their turn with it.
  ///
  /// @throws CheckpointException as [#encode]
  default int[] encodeWithControls(String text) {
    return encodeWithControls(text, new BitSet());
  }

  /// The ids of a text that is part template, part typed by somebody: control tokens are found
  /// where none of their characters was typed.
  ///
  /// @param typed indices of characters that are never part of a control token
  /// @throws CheckpointException as [#encode]
  int[] encodeWithControls(String text, BitSet typed);

  /// What [#encodeWithControls] finds: the control tokens as the vocabulary writes them.
  List<String> controls();

  /// A token as the vocabulary writes it, `<|im_end|>` for example; for its text see [#decode].
  ///
  /// @throws IndexOutOfBoundsException when the id is beyond the vocabulary
  String written(int id);

  /// The text of ids; control tokens have none. A space that [#encode] puts before a text is
  /// removed, so that a text which the vocabulary covers comes back as it was. Bytes that make no
  /// character are U+FFFD. Ids beyond the vocabulary have no text: many models score more ids than
  /// their tokenizer knows.
  ///
  /// @throws IndexOutOfBoundsException when an id is negative
  String decode(int... ids);

  /// The UTF-8 bytes of a token in the middle of a text, which may be a part of a character's; none
  /// for a control token or an id beyond the vocabulary. For a text that grows by a token at a time
  /// see [TextDecoder].
  ///
  /// @throws IndexOutOfBoundsException when the id is negative
  byte[] bytes(int id);

  /// The id of the token that the vocabulary writes so, for example `<|im_end|>`.
  OptionalInt find(String token);

  /// The token a text begins with, if the model has one.
  OptionalInt bos();

  /// The token a text ends with, if the model has one.
  OptionalInt eos();

  /// Whether the model expects [#bos] before a text.
  boolean addsBos();

  /// Whether the model expects [#eos] after a text.
  boolean addsEos();

  /// Whether a model that generates this token has said all it has to say: [#eos], or the end of a
  /// turn.
  boolean endsGeneration(int id);

  /// Number of tokens; ids are below it.
  int vocabularySize();
}

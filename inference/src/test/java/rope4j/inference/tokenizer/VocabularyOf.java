package rope4j.inference.tokenizer;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import rope4j.checkpoint.Vocabulary;
import rope4j.checkpoint.Vocabulary.Kind;
import rope4j.checkpoint.Vocabulary.Rules;
import rope4j.checkpoint.Vocabulary.Special;
import rope4j.checkpoint.Vocabulary.Token;

/// Vocabularies small enough to follow by hand.
final class VocabularyOf {

  private VocabularyOf() {}

  /// Byte-level BPE: the 256 bytes, what the merges make, then `more`.
  static Vocabulary bytes(String preTokenizer, List<String> merges, Token... more) {
    List<Token> tokens = new ArrayList<>();
    for (int b = 0; b < 256; b++) {
      tokens.add(new Token(String.valueOf(ByteAlphabet.charOf(b)), 0, Kind.NORMAL));
    }
    for (String merge : merges) {
      tokens.add(new Token(merge.replace(" ", ""), 0, Kind.NORMAL));
    }
    tokens.addAll(List.of(more));
    return of("gpt2", Optional.of(preTokenizer), tokens, merges, Rules.NONE);
  }

  static Vocabulary of(
      String model,
      Optional<String> preTokenizer,
      List<Token> tokens,
      List<String> merges,
      Rules rules) {
    OptionalInt unknown = OptionalInt.empty();
    for (int id = 0; id < tokens.size(); id++) {
      if (tokens.get(id).kind() == Kind.UNKNOWN) {
        unknown = OptionalInt.of(id);
      }
    }
    return new Vocabulary(
        model,
        preTokenizer,
        tokens,
        merges,
        new Special(OptionalInt.empty(), OptionalInt.empty(), unknown, Set.of()),
        rules,
        ByteBuffer.allocate(0));
  }

  static List<String> pieces(Vocabulary vocabulary, String text) {
    return pieces(vocabulary, Tokenizer.of(vocabulary).encode(text));
  }

  static List<String> pieces(Vocabulary vocabulary, int... ids) {
    List<String> pieces = new ArrayList<>();
    for (int id : ids) {
      pieces.add(vocabulary.tokens().get(id).text());
    }
    return pieces;
  }
}

package rope4j.inference.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import rope4j.checkpoint.Vocabulary.Kind;
import rope4j.checkpoint.Vocabulary.Special;
import rope4j.checkpoint.Vocabulary.Token;

/// A tokenizer in parts: tokens found in the text, what is rewritten, what is cut into words, and
/// the model that turns words into ids.
///
/// @param ids the ids of the tokens' texts
/// @param spaceBefore where the normalizer puts a space that decoding removes
record PieceTokenizer(
    List<Token> tokens,
    Map<String, Integer> ids,
    AddedTokens added,
    Normalizer normalizer,
    Splitter splitter,
    TokenModel model,
    Pieces pieces,
    SpaceBefore spaceBefore,
    Special special,
    boolean addsBos,
    boolean addsEos)
    implements Tokenizer {

  private static final byte[] NO_BYTES = {};

  /// Where a tokenizer puts a space.
  enum SpaceBefore {
    NOTHING,
    /// Before a text, but not after a token found in it.
    THE_TEXT,
    /// Before a text, and after each token found in it.
    EVERY_PART
  }

  @Override
  public int[] encode(String text) {
    String valid = valid(text);
    return encode(valid, added.split(valid));
  }

  @Override
  public int[] encodeWithControls(String text, BitSet typed) {
    String valid = valid(text);
    return encode(valid, added.splitAtControls(valid, typed));
  }

  @Override
  public List<String> controls() {
    return added.controls();
  }

  @Override
  public String written(int id) {
    return tokens.get(id).text();
  }

  private int[] encode(String valid, List<AddedTokens.Part> parts) {
    IntBuilder out = new IntBuilder();
    for (AddedTokens.Part part : parts) {
      if (part.id() >= 0) {
        out.add(part.id());
        continue;
      }
      String words = normalizer.apply(valid.substring(part.from(), part.to()), part.from() == 0);
      if (!words.isEmpty()) {
        model.encode(words, splitter.split(words, new int[] {0, words.length()}), out);
      }
    }
    return out.toArray();
  }

  /// A surrogate without its partner is no character; UTF-8 could not carry it.
  private static String valid(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
      }
    }
    return text;
  }

  @Override
  public String decode(int... tokenIds) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    boolean atStart = spaceBefore != SpaceBefore.NOTHING;
    for (int id : tokenIds) {
      if (id >= tokens.size()) {
        continue;
      }
      Token token = tokens.get(id);
      byte[] piece = pieces.bytes(token);
      boolean added = atStart && piece.length > 0 && piece[0] == ' ' && Pieces.isWritten(token);
      bytes.write(piece, added ? 1 : 0, piece.length - (added ? 1 : 0));
      boolean found = token.kind() == Kind.CONTROL || token.kind() == Kind.USER_DEFINED;
      atStart =
          found
              && (spaceBefore == SpaceBefore.EVERY_PART
                  || spaceBefore == SpaceBefore.THE_TEXT && atStart && piece.length == 0);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Override
  public byte[] bytes(int id) {
    return id >= tokens.size() ? NO_BYTES : pieces.bytes(tokens.get(id));
  }

  @Override
  public OptionalInt find(String token) {
    Integer id = ids.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  @Override
  public OptionalInt bos() {
    return special.bos();
  }

  @Override
  public OptionalInt eos() {
    return special.eos();
  }

  @Override
  public boolean endsGeneration(int id) {
    return special.eos().orElse(-1) == id || special.ends().contains(id);
  }

  @Override
  public int vocabularySize() {
    return tokens.size();
  }
}

package rope4j.inference.tokenizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.Vocabulary;
import rope4j.checkpoint.Vocabulary.Kind;
import rope4j.checkpoint.Vocabulary.Rules;
import rope4j.checkpoint.Vocabulary.Token;

/// Tokenizers of GGUF vocabularies. Source: llama.cpp `llama-vocab.cpp`, `llama_vocab::impl::load`
/// and `tokenize`.
final class GgufTokenizers {

  private final Vocabulary vocabulary;
  private final Rules rules;
  private final Map<String, Integer> ids = new HashMap<>();
  private int longest;

  private GgufTokenizers(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
    rules = vocabulary.rules();
    for (int id = 0; id < vocabulary.size(); id++) {
      String text = vocabulary.tokens().get(id).text();
      if (!text.isEmpty()) {
        ids.put(text, id);
        longest = Math.max(longest, text.length());
      }
    }
  }

  static Tokenizer of(Vocabulary vocabulary) {
    GgufTokenizers of = new GgufTokenizers(vocabulary);
    return switch (vocabulary.model()) {
      case "llama" -> of.sentencePiece();
      case "gpt2", "gemma4" -> of.bytePair();
      case "t5" -> of.unigram();
      case "bert" -> of.wordPiece();
      case String other ->
          throw new CheckpointException(
              "the file's tokenizer is '"
                  + other
                  + "', but only 'llama' (SentencePiece BPE), 'gpt2' (byte-level BPE), 'gemma4', 't5'"
                  + " (Unigram) and 'bert' (WordPiece) are supported: tokenize the text with llama.cpp"
                  + " and give the token ids instead");
    };
  }

  private Tokenizer sentencePiece() {
    Normalizer spaces =
        (text, _) -> (rules.addsSpacePrefix() ? " " + text : text).replace(' ', WordStarts.SPACE);
    return tokenizer(
        spaces,
        WordStarts.of(ids.keySet()),
        new SentencePieceBpe(ids, new MergeRanks(vocabulary), hexadecimal()),
        Pieces.SENTENCE_PIECE,
        rules.addsSpacePrefix()
            ? PieceTokenizer.SpaceBefore.EVERY_PART
            : PieceTokenizer.SpaceBefore.NOTHING);
  }

  private Tokenizer bytePair() {
    var name =
        vocabulary.model().equals("gemma4")
            ? java.util.Optional.of("gemma4")
            : vocabulary.preTokenizer();
    PreTokenizers.Rule rule = PreTokenizers.named(name);
    MergeTable merges = merges();
    if (rule.bytes()) {
      return tokenizer(
          Normalizer.NONE,
          rule.splitter(),
          new ByteLevelBpe(
              ids,
              merges,
              Unknowns.alphabet(ids, vocabulary.special().unknown()),
              rule.ignoresMerges()),
          Pieces.BYTE_LEVEL,
          PieceTokenizer.SpaceBefore.NOTHING);
    }
    return tokenizer(
        (text, _) -> text.replace(' ', WordStarts.SPACE),
        rule.splitter().then(WordStarts.of(merges.texts())),
        new CharacterBpe(ids, merges, hexadecimal(), CharacterBpe.Whole.LINE_FEEDS, false),
        Pieces.SENTENCE_PIECE,
        PieceTokenizer.SpaceBefore.NOTHING);
  }

  private MergeTable merges() {
    boolean without = vocabulary.preTokenizer().filter("kimi-k2"::equals).isPresent();
    if (vocabulary.merges().isEmpty() && !without) {
      throw new CheckpointException(
          "the file has no merges (tokenizer.ggml.merges), which byte-level BPE needs: convert the"
              + " model again");
    }
    List<MergeTable.Pair> pairs = new ArrayList<>(vocabulary.merges().size());
    for (String merge : vocabulary.merges()) {
      pairs.add(MergeTable.Pair.parse(merge));
    }
    return new MergeTable(ids, vocabulary.size(), pairs);
  }

  private Tokenizer unigram() {
    Normalizer characters =
        vocabulary.characterMap().hasRemaining()
            ? new CharacterMap(vocabulary.characterMap())
            : Normalizer.NONE;
    return tokenizer(
        characters.then(new UnigramSpaces(rules.addsSpacePrefix(), rules.mergesSpaces())),
        WordStarts.of(ids.keySet()),
        new Unigram(vocabulary.tokens(), Unknowns.withoutBytes(vocabulary.special().unknown())),
        Pieces.SENTENCE_PIECE,
        rules.addsSpacePrefix() || rules.mergesSpaces()
            ? PieceTokenizer.SpaceBefore.EVERY_PART
            : PieceTokenizer.SpaceBefore.NOTHING);
  }

  private Tokenizer wordPiece() {
    return tokenizer(
        BertText.normalizer(true, true, rules.stripsAccents(), rules.lowercases()),
        BertText::split,
        new WordPiece(
            ids,
            vocabulary.special().unknown(),
            String.valueOf(WordStarts.SPACE),
            "",
            longest,
            Integer.MAX_VALUE),
        Pieces.SENTENCE_PIECE,
        PieceTokenizer.SpaceBefore.EVERY_PART);
  }

  private Unknowns hexadecimal() {
    return Unknowns.hexadecimal(ids, vocabulary.special().unknown());
  }

  private Tokenizer tokenizer(
      Normalizer normalizer,
      Splitter splitter,
      TokenModel model,
      Pieces pieces,
      PieceTokenizer.SpaceBefore spaceBefore) {
    return new PieceTokenizer(
        vocabulary.tokens(),
        ids,
        new AddedTokens(added()),
        normalizer,
        splitter,
        model,
        pieces,
        spaceBefore,
        vocabulary.special(),
        rules.addsBos(),
        rules.addsEos());
  }

  private List<AddedTokens.Added> added() {
    List<AddedTokens.Added> added = new ArrayList<>();
    for (int id = 0; id < vocabulary.size(); id++) {
      Token token = vocabulary.tokens().get(id);
      boolean user = token.kind() == Kind.USER_DEFINED;
      if (user || token.kind() == Kind.CONTROL || token.kind() == Kind.UNKNOWN) {
        boolean strips =
            rules.stripsAfterControls()
                && !List.of("<unk>", "<s>", "<|endoftext|>").contains(token.text());
        added.add(new AddedTokens.Added(token.text(), id, !user, false, strips));
      }
    }
    return added;
  }
}

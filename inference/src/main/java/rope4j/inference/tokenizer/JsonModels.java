package rope4j.inference.tokenizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import rope4j.checkpoint.Vocabulary.Kind;
import rope4j.checkpoint.Vocabulary.Token;

/// The `model` of a tokenizer.json and its tokens. Source: Hugging Face tokenizers, `models`.
final class JsonModels {

  /// Ids beyond this are taken for damage: the list of tokens is as long as the largest.
  private static final int MOST_TOKENS = 1 << 24;

  private final JsonPart model;
  private final String type;
  private final Map<String, Integer> ids = new HashMap<>();
  private final List<Token> tokens = new ArrayList<>();
  private final boolean byteFallback;

  JsonModels(JsonPart model) {
    this.model = model;
    byteFallback = model.bool("byte_fallback", false);
    // Older files leave the type out.
    type =
        !model.type().isEmpty()
            ? model.type()
            : model.values().containsKey("merges")
                ? "BPE"
                : model.values().get("vocab") instanceof List<?> ? "Unigram" : "WordPiece";
    switch (type) {
      case "BPE", "WordPiece" -> readIds();
      case "Unigram" -> readScores();
      case String other -> throw model.unsupported("the model '" + other + "'");
    }
  }

  private void readIds() {
    JsonPart vocabulary = model.part("vocab").orElseThrow(() -> model.wrong("vocab", "an object"));
    for (Map.Entry<?, ?> entry : vocabulary.values().entrySet()) {
      String text = (String) entry.getKey();
      put(text, vocabulary.count(entry.getValue(), text), 0, Kind.NORMAL);
    }
  }

  private void readScores() {
    List<?> vocabulary = model.list("vocab");
    for (int id = 0; id < vocabulary.size(); id++) {
      if (!(vocabulary.get(id) instanceof List<?> pair)
          || pair.size() != 2
          || !(pair.get(0) instanceof String text)
          || !(pair.get(1) instanceof Number score)) {
        throw model.wrong("vocab", "a list of pairs of a text and a number");
      }
      put(text, id, score.floatValue(), Kind.NORMAL);
    }
  }

  /// Adds a token, or changes what is said about one.
  void put(String text, int id, float score, Kind kind) {
    if (id >= MOST_TOKENS) {
      throw model.wrong("vocab", "ids below " + MOST_TOKENS);
    }
    while (tokens.size() <= id) {
      tokens.add(new Token("", 0, Kind.UNUSED));
    }
    boolean isByte = byteFallback && text.matches("<0x[0-9A-F]{2}>");
    tokens.set(id, new Token(text, score, isByte ? Kind.BYTE : kind));
    ids.put(text, id);
  }

  Map<String, Integer> ids() {
    return ids;
  }

  List<Token> tokens() {
    return tokens;
  }

  boolean isWordPiece() {
    return type.equals("WordPiece");
  }

  OptionalInt unknown() {
    OptionalInt id = model.count("unk_id");
    if (id.isPresent()) {
      return id.getAsInt() < tokens.size() ? id : OptionalInt.empty();
    }
    Optional<Integer> byText = model.text("unk_token").map(ids::get);
    return byText.isPresent() ? OptionalInt.of(byText.get()) : OptionalInt.empty();
  }

  /// The model that turns words into ids, and what may be cut further before it does.
  record Built(TokenModel model, Splitter splitter) {}

  Built build(boolean bytes) {
    return switch (type) {
      case "BPE" -> bytePair(bytes);
      case "Unigram" -> {
        unknown().ifPresent(id -> put(tokens.get(id).text(), id, 0, Kind.UNKNOWN));
        yield new Built(new Unigram(tokens, unknowns()), WordStarts.of(ids.keySet()));
      }
      default ->
          new Built(
              new WordPiece(
                  ids,
                  unknown(),
                  "",
                  model.text("continuing_subword_prefix").orElse("##"),
                  ids.keySet().stream().mapToInt(String::length).max().orElse(0),
                  model.count("max_input_chars_per_word").orElse(100)),
              Splitter.NONE);
    };
  }

  private Built bytePair(boolean bytes) {
    for (String key : List.of("continuing_subword_prefix", "end_of_word_suffix")) {
      if (model.text(key).filter(text -> !text.isEmpty()).isPresent()) {
        throw model.unsupported(key);
      }
    }
    if (model.values().get("dropout") instanceof Number dropout && dropout.doubleValue() > 0) {
      throw model.unsupported("dropout, which makes tokens random,");
    }
    List<MergeTable.Pair> pairs = new ArrayList<>();
    for (Object merge : model.list("merges")) {
      pairs.add(pair(merge));
    }
    MergeTable merges = new MergeTable(ids, tokens.size(), pairs);
    boolean ignoresMerges = model.bool("ignore_merges", false);
    if (bytes) {
      return new Built(
          new ByteLevelBpe(ids, merges, Unknowns.alphabet(ids, unknown()), ignoresMerges),
          Splitter.NONE);
    }
    return new Built(
        new CharacterBpe(
            ids,
            merges,
            unknowns(),
            ignoresMerges ? CharacterBpe.Whole.ALWAYS : CharacterBpe.Whole.NEVER,
            model.bool("fuse_unk", false)),
        WordStarts.of(merges.texts()));
  }

  private MergeTable.Pair pair(Object merge) {
    return switch (merge) {
      case String written -> MergeTable.Pair.parse(written);
      case List<?> pair
          when pair.size() == 2
              && pair.get(0) instanceof String left
              && pair.get(1) instanceof String right ->
          new MergeTable.Pair(left, right);
      case Object _ -> throw model.wrong("merges", "a list of pairs of texts");
    };
  }

  private Unknowns unknowns() {
    return byteFallback ? Unknowns.hexadecimal(ids, unknown()) : Unknowns.withoutBytes(unknown());
  }
}

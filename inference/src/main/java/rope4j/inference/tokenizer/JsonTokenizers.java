package rope4j.inference.tokenizer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.Vocabulary.Kind;
import rope4j.checkpoint.Vocabulary.Special;
import rope4j.checkpoint.json.JsonFile;
import rope4j.inference.tokenizer.PieceTokenizer.SpaceBefore;

/// Tokenizers of a `tokenizer.json`, and of `tokenizer_config.json` beside it, which names the
/// tokens a text begins and ends with.
///
/// Source: Hugging Face tokenizers. One deviation: added tokens are looked for before the text is
/// rewritten, the longest first, also those that the file says are found afterwards.
final class JsonTokenizers {

  /// Gemma's have 33 MiB.
  private static final int MOST_BYTES = 256 << 20;

  /// Classes whose switches for the ends count more than the post-processor.
  private static final Set<String> REBUILDING =
      Set.of(
          "CohereTokenizer",
          "CohereTokenizerFast",
          "GemmaTokenizer",
          "GemmaTokenizerFast",
          "LlamaTokenizer",
          "LlamaTokenizerFast");

  private final JsonPart root;
  private final Optional<JsonPart> config;

  private JsonTokenizers(JsonPart root, Optional<JsonPart> config) {
    this.root = root;
    this.config = config;
  }

  static Tokenizer of(Path file) {
    JsonPart root = read(file);
    Path beside = file.resolveSibling("tokenizer_config.json");
    // What is wrong in it is not said of tokenizer.json.
    Optional<JsonPart> config = Files.exists(beside) ? Optional.of(read(beside)) : Optional.empty();
    try {
      return new JsonTokenizers(root, config).build();
    } catch (CheckpointException e) {
      throw new CheckpointException(file + ": " + e.getMessage(), e);
    }
  }

  private static JsonPart read(Path file) {
    return new JsonPart("", JsonFile.read(file, MOST_BYTES).root());
  }

  private Tokenizer build() {
    JsonModels model =
        new JsonModels(root.part("model").orElseThrow(() -> root.wrong("model", "an object")));
    List<AddedTokens.Added> added = added(model);
    Optional<JsonPart> normalizer = root.part("normalizer");
    JsonPreTokenizers.Rule rule =
        root.part("pre_tokenizer")
            .map(JsonPreTokenizers::of)
            .orElse(
                new JsonPreTokenizers.Rule(
                    Normalizer.NONE, Splitter.NONE, false, SpaceBefore.NOTHING));
    boolean bytes = rule.bytes() || normalizer.filter(JsonTokenizers::hasByteLevel).isPresent();
    JsonModels.Built built = model.build(bytes);
    Ends ends = ends(model);
    return new PieceTokenizer(
        List.copyOf(model.tokens()),
        Map.copyOf(model.ids()),
        new AddedTokens(added),
        normalizer.map(JsonNormalizers::of).orElse(Normalizer.NONE).then(rule.normalizer()),
        rule.splitter().then(built.splitter()),
        built.model(),
        model.isWordPiece() ? Pieces.WORD_PIECE : bytes ? Pieces.BYTE_LEVEL : Pieces.SENTENCE_PIECE,
        spaceBefore(model, normalizer, rule),
        new Special(ends.bos, ends.eos, model.unknown(), Set.of()).withEndsAmong(model.tokens()),
        ends.addsBos,
        ends.addsEos);
  }

  private static SpaceBefore spaceBefore(
      JsonModels model, Optional<JsonPart> normalizer, JsonPreTokenizers.Rule rule) {
    if (model.isWordPiece()) {
      return SpaceBefore.EVERY_PART;
    }
    return normalizer.filter(part -> has(part, "Prepend")).isPresent()
        ? SpaceBefore.EVERY_PART
        : rule.spaceBefore();
  }

  private static boolean hasByteLevel(JsonPart normalizer) {
    return has(normalizer, "ByteLevel");
  }

  private static boolean has(JsonPart normalizer, String type) {
    return normalizer.type().equals(type)
        || normalizer.parts("normalizers").stream().anyMatch(part -> has(part, type));
  }

  private List<AddedTokens.Added> added(JsonModels model) {
    List<AddedTokens.Added> added = new ArrayList<>();
    for (JsonPart token : root.parts("added_tokens")) {
      String text = token.text("content").orElseThrow(() -> token.wrong("content", "a text"));
      int id = token.count("id").orElseThrow(() -> token.wrong("id", "a whole number"));
      boolean special = token.bool("special", false);
      if (token.bool("single_word", false)) {
        throw token.unsupported("a token that is found as a whole word only (single_word)");
      }
      model.put(text, id, 0, special ? Kind.CONTROL : Kind.USER_DEFINED);
      added.add(
          new AddedTokens.Added(
              text, id, special, token.bool("lstrip", false), token.bool("rstrip", false)));
    }
    return added;
  }

  private record Ends(OptionalInt bos, OptionalInt eos, boolean addsBos, boolean addsEos) {}

  /// What is put around a text is the post-processor's; a token it does not name may stand in the
  /// configuration.
  private Ends ends(JsonModels model) {
    OptionalInt before = OptionalInt.empty();
    OptionalInt after = OptionalInt.empty();
    for (JsonPart part : processors(root.part("post_processor"))) {
      switch (part.type()) {
        case "TemplateProcessing" -> {
          boolean text = false;
          for (JsonPart element : part.parts("single")) {
            text |= element.part("Sequence").isPresent();
            OptionalInt id =
                id(element.part("SpecialToken").flatMap(token -> token.text("id")), model);
            if (text && after.isEmpty()) {
              after = id;
            } else if (!text && before.isEmpty()) {
              before = id;
            }
          }
        }
        case "BertProcessing", "RobertaProcessing" -> {
          before = id(first(part.list("cls")), model);
          after = id(first(part.list("sep")), model);
        }
        case String _ -> {}
      }
    }
    OptionalInt bos = before.isPresent() ? before : id(configured("bos_token"), model);
    OptionalInt eos = after.isPresent() ? after : id(configured("eos_token"), model);
    return new Ends(
        bos,
        eos,
        bos.isPresent() && adds("add_bos_token", before.isPresent()),
        eos.isPresent() && adds("add_eos_token", after.isPresent()));
  }

  /// Some classes rebuild the post-processor by these switches, whatever the file has.
  private boolean adds(String key, boolean byProcessor) {
    Optional<JsonPart> rebuilding =
        config.filter(
            part -> part.text("tokenizer_class").filter(REBUILDING::contains).isPresent());
    return rebuilding.isPresent() && rebuilding.get().values().get(key) instanceof Boolean given
        ? given
        : byProcessor;
  }

  private static List<JsonPart> processors(Optional<JsonPart> processor) {
    List<JsonPart> flat = new ArrayList<>();
    processor.ifPresent(part -> {
      flat.add(part);
      part.parts("processors").forEach(each -> flat.addAll(processors(Optional.of(each))));
    });
    return flat;
  }

  private static Optional<String> first(List<?> pair) {
    return !pair.isEmpty() && pair.getFirst() instanceof String text
        ? Optional.of(text)
        : Optional.empty();
  }

  private static OptionalInt id(Optional<String> text, JsonModels model) {
    Optional<Integer> id = text.map(model.ids()::get);
    return id.isPresent() ? OptionalInt.of(id.get()) : OptionalInt.empty();
  }

  /// The configuration writes a token as its text or as an object.
  private Optional<String> configured(String key) {
    Optional<Object> value = config.map(JsonPart::values).map(values -> values.get(key));
    return value.flatMap(given ->
        switch (given) {
          case String text -> Optional.of(text);
          case Map<?, ?> token when token.get("content") instanceof String text ->
              Optional.of(text);
          default -> Optional.empty();
        });
  }
}

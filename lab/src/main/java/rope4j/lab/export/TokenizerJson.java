package rope4j.lab.export;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import rope4j.checkpoint.Vocabulary;
import rope4j.checkpoint.Vocabulary.Kind;
import rope4j.checkpoint.Vocabulary.Token;

/// A SentencePiece BPE vocabulary as Hugging Face's `tokenizers` has it: a list of merges in place
/// of scores.
///
/// Source: Transformers `convert_slow_tokenizer.py`, `generate_merges` and `LlamaConverter`.
final class TokenizerJson {

  private static final String SPACE = "▁";

  private record Merge(String left, String right, float score) {}

  private TokenizerJson() {}

  /// `tokenizer.json`.
  static Map<String, Object> document(Vocabulary vocabulary) {
    Map<String, Object> ids = new LinkedHashMap<>();
    List<Object> added = new ArrayList<>();
    for (int id = 0; id < vocabulary.size(); id++) {
      Token token = vocabulary.tokens().get(id);
      ids.put(token.text(), id);
      if (token.kind() == Kind.CONTROL || token.kind() == Kind.UNKNOWN) {
        added.add(added(id, token.text()));
      }
    }
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("type", "BPE");
    vocabulary
        .special()
        .unknown()
        .ifPresent(id -> model.put("unk_token", vocabulary.tokens().get(id).text()));
    model.put("fuse_unk", true);
    model.put("byte_fallback", true);
    model.put("vocab", ids);
    model.put("merges", merges(vocabulary));
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("version", "1.0");
    document.put("added_tokens", added);
    List<Object> normalizers = new ArrayList<>();
    if (vocabulary.rules().addsSpacePrefix()) {
      normalizers.add(ordered("type", "Prepend", "prepend", SPACE));
    }
    normalizers.add(ordered("type", "Replace", "pattern", Map.of("String", " "), "content", SPACE));
    document.put("normalizer", ordered("type", "Sequence", "normalizers", normalizers));
    OptionalInt bos = vocabulary.special().bos();
    if (vocabulary.rules().addsBos() && bos.isPresent()) {
      document.put(
          "post_processor",
          beginning(vocabulary.tokens().get(bos.getAsInt()).text(), bos.getAsInt()));
    }
    List<Object> decoders = new ArrayList<>();
    decoders.add(ordered("type", "Replace", "pattern", Map.of("String", SPACE), "content", " "));
    decoders.add(ordered("type", "ByteFallback"));
    decoders.add(ordered("type", "Fuse"));
    if (vocabulary.rules().addsSpacePrefix()) {
      decoders.add(ordered("type", "Strip", "content", " ", "start", 1, "stop", 0));
    }
    document.put("decoder", ordered("type", "Sequence", "decoders", decoders));
    document.put("model", model);
    return document;
  }

  /// `tokenizer_config.json`.
  static Map<String, Object> configuration(Vocabulary vocabulary, int contextLength) {
    Map<String, Object> configuration = new LinkedHashMap<>();
    configuration.put("tokenizer_class", "PreTrainedTokenizerFast");
    configuration.put("model_max_length", contextLength);
    configuration.put("add_bos_token", vocabulary.rules().addsBos());
    configuration.put("add_eos_token", vocabulary.rules().addsEos());
    special(configuration, "bos_token", vocabulary, vocabulary.special().bos());
    special(configuration, "eos_token", vocabulary, vocabulary.special().eos());
    special(configuration, "unk_token", vocabulary, vocabulary.special().unknown());
    return configuration;
  }

  private static void special(
      Map<String, Object> configuration, String key, Vocabulary vocabulary, OptionalInt id) {
    if (id.isPresent()) {
      configuration.put(key, vocabulary.tokens().get(id.getAsInt()).text());
    }
  }

  /// SentencePiece merges the neighbours whose piece scores best. Every way a piece can come about
  /// is a merge, in the order of the pieces' scores.
  private static List<Object> merges(Vocabulary vocabulary) {
    Set<String> pieces = new HashSet<>();
    for (Token token : vocabulary.tokens()) {
      if (token.kind() == Kind.NORMAL) {
        pieces.add(token.text());
      }
    }
    List<Merge> merges = new ArrayList<>();
    for (Token token : vocabulary.tokens()) {
      String text = token.text();
      for (int cut = 1; cut < text.length() && token.kind() == Kind.NORMAL; cut++) {
        if (pieces.contains(text.substring(0, cut)) && pieces.contains(text.substring(cut))) {
          merges.add(new Merge(text.substring(0, cut), text.substring(cut), token.score()));
        }
      }
    }
    merges.sort(Comparator.comparingDouble(Merge::score).reversed());
    return merges.stream().<Object>map(merge -> List.of(merge.left, merge.right)).toList();
  }

  private static Map<String, Object> added(int id, String text) {
    return ordered(
        "id",
        id,
        "content",
        text,
        "single_word",
        false,
        "lstrip",
        false,
        "rstrip",
        false,
        "normalized",
        false,
        "special",
        true);
  }

  private static Map<String, Object> beginning(String text, int id) {
    Map<String, Object> bos = Map.of("SpecialToken", ordered("id", text, "type_id", 0));
    Map<String, Object> first = Map.of("Sequence", ordered("id", "A", "type_id", 0));
    Map<String, Object> second = Map.of("Sequence", ordered("id", "B", "type_id", 1));
    return ordered(
        "type",
        "TemplateProcessing",
        "single",
        List.of(bos, first),
        "pair",
        List.of(bos, first, second),
        "special_tokens",
        Map.of(text, ordered("id", text, "ids", List.of(id), "tokens", List.of(text))));
  }

  private static Map<String, Object> ordered(Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }
}

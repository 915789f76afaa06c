package rope4j.checkpoint;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import rope4j.checkpoint.Vocabulary.Rules;
import rope4j.checkpoint.Vocabulary.Special;
import rope4j.checkpoint.Vocabulary.Token;

/// Everything about a vocabulary but its tokens, with llama.cpp's defaults where the file is
/// silent.
///
/// Source: llama.cpp `llama-vocab.cpp`, `llama_vocab::impl::load`. One deviation: where a `gpt2`
/// vocabulary does not say which token begins and ends a text, llama.cpp takes token 11, which is
/// Falcon's; here there is none.
final class VocabularyReader {

  /// Pre-tokenizers whose models expect the beginning even if the file does not say so.
  private static final Set<String> BEGINNING =
      Set.of(
          "llama3",
          "llama-v3",
          "llama-bpe",
          "falcon3",
          "falcon-h1",
          "pixtral",
          "midm-2.0",
          "lfm2",
          "jina-v5-nano",
          "tekken",
          "chameleon");

  private final Metadata metadata;
  private final String model;
  private final List<Token> tokens;

  VocabularyReader(Metadata metadata, String model, List<Token> tokens) {
    this.metadata = metadata;
    this.model = model;
    this.tokens = tokens;
  }

  Vocabulary read() {
    Optional<String> preTokenizer = metadata.string(Vocabulary.PREFIX + "pre");
    List<String> merges =
        metadata
            .array(Vocabulary.PREFIX + "merges")
            .map(MetadataValue.Array::strings)
            .orElse(List.of());
    return new Vocabulary(
        model, preTokenizer, tokens, merges, special(), rules(preTokenizer), characterMap());
  }

  private Special special() {
    OptionalInt bos;
    OptionalInt eos;
    OptionalInt unknown;
    switch (model) {
      case "llama" -> {
        bos = id("bos_token_id", 1);
        eos = id("eos_token_id", 2);
        unknown = id("unknown_token_id", 0);
      }
      case "bert" -> {
        bos = id("bos_token_id", 101);
        // A text ends with the separator.
        eos = id("seperator_token_id", 102);
        unknown = id("unknown_token_id", 100);
      }
      case "t5" -> {
        bos = id("bos_token_id", -1);
        eos = id("eos_token_id", 1);
        unknown = id("unknown_token_id", 2);
      }
      default -> {
        bos = id("bos_token_id", -1);
        eos = id("eos_token_id", -1);
        unknown = id("unknown_token_id", -1);
      }
    }
    Set<Integer> ends = new TreeSet<>(EndTokens.of(tokens));
    id("eot_token_id", -1).ifPresent(ends::add);
    id("eom_token_id", -1).ifPresent(ends::add);
    return new Special(bos, eos, unknown, ends);
  }

  private Rules rules(Optional<String> preTokenizer) {
    boolean sentencePiece = model.equals("llama");
    boolean wordPiece = model.equals("bert");
    boolean bytePair = model.equals("gpt2");
    boolean gemma4 =
        model.equals("gemma4") || bytePair && preTokenizer.filter("gemma4"::equals).isPresent();
    boolean bos =
        sentencePiece
            || wordPiece
            || bytePair && preTokenizer.filter(BEGINNING::contains).isPresent();
    boolean lowercases = bool("normalizer.lowercase", wordPiece);
    String name = metadata.string("general.name").orElse("").toLowerCase(Locale.ROOT);
    return new Rules(
        gemma4 || bool("add_bos_token", bos),
        wordPiece || bool("add_eos_token", model.equals("t5")),
        bool("add_space_prefix", sentencePiece),
        bool("remove_extra_whitespaces", false),
        lowercases,
        bool("normalizer.strip_accents", lowercases),
        name.contains("phi-3") || name.contains("phi3"));
  }

  private boolean bool(String key, boolean otherwise) {
    return metadata.bool(Vocabulary.PREFIX + key).orElse(otherwise);
  }

  private ByteBuffer characterMap() {
    long[] values =
        metadata
            .array(Vocabulary.PREFIX + "precompiled_charsmap")
            .map(MetadataValue.Array::integers)
            .orElseGet(() -> new long[0]);
    ByteBuffer map = ByteBuffer.allocate(values.length);
    for (long value : values) {
      map.put((byte) value);
    }
    return map.flip();
  }

  /// llama.cpp passes over an id beyond the vocabulary, with a warning.
  private OptionalInt id(String key, int otherwise) {
    long id = metadata.integer(Vocabulary.PREFIX + key).orElse(otherwise);
    if (id < 0 || id >= tokens.size()) {
      id = otherwise;
    }
    return id < 0 || id >= tokens.size() ? OptionalInt.empty() : OptionalInt.of((int) id);
  }
}

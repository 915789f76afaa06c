package rope4j.checkpoint;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// The hyper-parameters of a language model as llama.cpp reads them from a GGUF file.
///
/// Source: llama.cpp `llama-model.cpp`, `load_hparams`.
///
/// @param architecture `general.architecture`, for example `llama`
/// @param name `general.name`
/// @param contextLength the length the file advertises, tokens
/// @param trainedLength the length before any scaling, tokens:
///   `rope.scaling.original_context_length`, or the context length where a file does not say
/// @param layers number of blocks
/// @param embeddingLength width of the residual stream
/// @param heads query heads per layer
/// @param keyValueHeads key and value heads per layer
/// @param headDimension channels of a query or key head
/// @param valueDimension channels of a value head
/// @param rotaryDimension channels of a head that rotate; `rope.dimension_count_swa` where the
///   first layer has a window and the architecture's graph asks it for all
/// @param feedForwardLength inner width of the feed-forward part (of one expert, where there are
///   experts and the file has no other number for them)
/// @param normEpsilon what the norms add to the mean square
/// @param vocabularySize number of tokens
/// @param experts experts per layer; 0 where there are none
/// @param expertsUsed experts that each token goes through
/// @param rope what the file says about rotation
public record ModelDescription(
    String architecture,
    Optional<String> name,
    int contextLength,
    int trainedLength,
    int layers,
    int embeddingLength,
    int heads,
    int keyValueHeads,
    int headDimension,
    int valueDimension,
    int rotaryDimension,
    int feedForwardLength,
    double normEpsilon,
    int vocabularySize,
    int experts,
    int expertsUsed,
    RopeMetadata rope) {

  /// Reads the description of an open file.
  ///
  /// @throws CheckpointException when a hyper-parameter is absent, has the wrong type or makes no
  ///   sense
  public static ModelDescription of(GgufFile file) {
    return of(file, Map.of());
  }

  /// Reads the description of an open file under llama.cpp's `--override-kv`.
  ///
  /// @param overrides key to [Long], [Double], [Boolean] or [String]; one of another type than
  ///   llama.cpp asks for is passed over, as llama.cpp does
  /// @throws CheckpointException when a hyper-parameter is absent, has the wrong type or makes no
  ///   sense
  public static ModelDescription of(GgufFile file, Map<String, Object> overrides) {
    Metadata metadata = file.metadata().withOverrides(overrides);
    String architecture =
        metadata.string("general.architecture").orElseThrow(() -> absent("general.architecture"));
    return new HyperParameters(file, metadata, architecture).description();
  }

  static CheckpointException absent(String key) {
    return new CheckpointException(
        "the file has no "
            + key
            + ", so this is not a language model llama.cpp could run: convert it again");
  }

  /// The keys of one architecture.
  private record HyperParameters(GgufFile file, Metadata metadata, String architecture) {

    ModelDescription description() {
      int contextLength = positive("context_length");
      int embeddingLength = positive("embedding_length");
      int heads = positive("attention.head_count");
      int sharedOut = Math.max(1, embeddingLength / heads);
      int headDimension = positive("attention.key_length", sharedOut);
      RopeMetadata rope = RopeMetadata.of(file, metadata, architecture);
      int original = rope.originalLength().orElse(0);
      return new ModelDescription(
          architecture,
          metadata.string("general.name"),
          contextLength,
          original == 0 ? contextLength : original,
          positive("block_count"),
          embeddingLength,
          heads,
          keyValueHeads(heads),
          headDimension,
          positive("attention.value_length", sharedOut),
          rotaryDimension(heads, headDimension),
          positive("feed_forward_length"),
          normEpsilon(),
          vocabularySize(),
          find("expert_count").orElse(0),
          find("expert_used_count").orElse(0),
          rope);
    }

    private int rotaryDimension(int heads, int headDimension) {
      return new GgufFacts(file, metadata)
          .firstLayersRotaryDimension(positive("block_count"), heads, headDimension)
          .map(Stated::value)
          .orElseGet(() -> find("rope.dimension_count").orElse(headDimension));
    }

    private int keyValueHeads(int heads) {
      int keyValueHeads = positive("attention.head_count_kv", heads);
      if (heads % keyValueHeads != 0) {
        throw new CheckpointException(
            key("attention.head_count_kv")
                + " is "
                + keyValueHeads
                + ", which does not divide the "
                + heads
                + " query heads: convert the model again");
      }
      return keyValueHeads;
    }

    private int positive(String suffix) {
      return requirePositive(suffix, find(suffix).orElseThrow(() -> absent(key(suffix))));
    }

    private int positive(String suffix, int otherwise) {
      return requirePositive(suffix, find(suffix).orElse(otherwise));
    }

    private int requirePositive(String suffix, int value) {
      if (value < 1) {
        throw new CheckpointException(
            key(suffix)
                + " is "
                + value
                + ", but at least 1 was expected: convert the model again");
      }
      return value;
    }

    /// A count; files may also give it layer by layer, as an array.
    private OptionalInt find(String suffix) {
      String key = key(suffix);
      if (!(metadata.get(key).orElse(null) instanceof MetadataValue.Array array)) {
        return metadata.count(key);
      }
      long[] layers = array.integers();
      for (long layer : layers) {
        if (layer != layers[0]) {
          throw new CheckpointException(
              key
                  + " differs from layer to layer ("
                  + layers[0]
                  + " and "
                  + layer
                  + "), which rope4j can't describe yet");
        }
      }
      return layers.length == 0
          ? OptionalInt.empty()
          : OptionalInt.of(Metadata.asCount(key, layers[0]));
    }

    private double normEpsilon() {
      String rms = key("attention.layer_norm_rms_epsilon");
      double epsilon =
          metadata
              .real(rms)
              .orElseGet(() ->
                  metadata
                      .real(key("attention.layer_norm_epsilon"))
                      .orElseThrow(() -> absent(rms)));
      if (!(epsilon >= 0) || Double.isInfinite(epsilon)) {
        throw new CheckpointException(
            rms + " is " + epsilon + ", but a small number above 0 was expected");
      }
      return epsilon;
    }

    /// llama.cpp counts the tokens; a file without a tokenizer says the number itself.
    private int vocabularySize() {
      Optional<MetadataValue.Array> tokens = metadata.array("tokenizer.ggml.tokens");
      if (tokens.isPresent()) {
        return tokens.get().size();
      }
      OptionalInt declared = find("vocab_size");
      if (declared.isPresent()) {
        return declared.getAsInt();
      }
      TensorInfo embedding =
          file.tensor("token_embd.weight").orElseThrow(() -> absent("tokenizer.ggml.tokens"));
      return Metadata.asCount("the number of rows of token_embd.weight", embedding.dimension(1));
    }

    private String key(String suffix) {
      return architecture + "." + suffix;
    }
  }
}

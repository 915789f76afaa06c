package rope4j.checkpoint;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import rope4j.rotation.Pairing;

/// What llama.cpp's loader and graph of an architecture decide about rotation.
///
/// Sources: llama.cpp `llama-model.cpp` (`llama_model_rope_type`, `load_hparams`), `models/*.cpp`.
///
/// @param pairing which two channels turn together
/// @param layers which layers rotate how
record LlamaCppArchitecture(Pairing pairing, Layers layers) {

  /// Which layers rotate how.
  enum Layers {
    /// All alike.
    UNIFORM,
    /// As uniform, but every fourth layer does not rotate.
    EVERY_FOURTH_STANDS,
    /// Sliding layers follow the file: a user's base and frequency scale do not reach them.
    SLIDING_BY_FILE,
    /// As the one before, and every fourth layer does not rotate.
    SLIDING_BY_FILE_EVERY_FOURTH_STANDS,
    /// Sliding layers have a base of their own and no scaling.
    SLIDING_BASE,
    /// Sliding layers have no YaRN.
    SLIDING_UNSCALED,
    /// Where there are sliding layers only those rotate.
    SLIDING_ONLY
  }

  private static final String INTERLEAVED =
      """
      arcee arctic baichuan bailingmoe chameleon chatglm cohere2 cohere2moe command-r deci deepseek
      deepseek2 deepseek2-ocr deepseek32 deepseek4 dots3note eagle3 ernie4_5 ernie4_5-moe glm-dsa glm4
      granite granitehybrid granitemoe internlm2 llada llama llama-embed llama4 maincoder minicpm
      mistral3 mistral4 muse-glimmer nanbeige neo-bert olmo plm pockettts smollm3 starcoder xverse
      """;

  private static final String HALF =
      """
      afmoe apertus bailingmoe2 bert bitnet codeshell cogvlm dbrx dots1 dream eurobert exaone exaone-moe
      exaone4 falcon falcon-h1 gemma gemma-embedding gemma2 gemma3 gemma3n gemma4 glm4moe gpt-oss
      gptneox grok grovemoe hunyuan-dense hunyuan-moe hy-v3 jais2 jina-bert-v3 laguna lfm2 lfm2moe
      llada-moe mellum mimo2 minicpm3 minimax-m2 modern-bert nemotron nomic-bert nomic-bert-moe olmo2
      olmoe openelm orion paddleocr pangu-embed phi2 phi3 phimoe plamo plamo2 plamo3 qwen qwen2 qwen2moe
      qwen2vl qwen3 qwen35 qwen35moe qwen3moe qwen3next qwen3vl qwen3vlmoe rnd1 seed_oss smallthinker
      stablelm starcoder2 step35 talkie
      """;

  private static final Map<String, Layers> LAYERS =
      Map.ofEntries(
          Map.entry("cohere2", Layers.SLIDING_ONLY),
          Map.entry("cohere2moe", Layers.SLIDING_ONLY),
          Map.entry("exaone4", Layers.SLIDING_ONLY),
          Map.entry("exaone-moe", Layers.SLIDING_ONLY),
          Map.entry("gemma2", Layers.SLIDING_BY_FILE),
          Map.entry("gpt-oss", Layers.SLIDING_BY_FILE),
          Map.entry("gemma3", Layers.SLIDING_BASE),
          Map.entry("gemma3n", Layers.SLIDING_BASE),
          Map.entry("gemma4", Layers.SLIDING_BASE),
          Map.entry("gemma-embedding", Layers.SLIDING_BASE),
          Map.entry("laguna", Layers.SLIDING_BASE),
          Map.entry("mimo2", Layers.SLIDING_BASE),
          Map.entry("modern-bert", Layers.SLIDING_BASE),
          Map.entry("olmo2", Layers.SLIDING_UNSCALED),
          Map.entry("afmoe", Layers.EVERY_FOURTH_STANDS),
          Map.entry("llama4", Layers.SLIDING_BY_FILE_EVERY_FOURTH_STANDS),
          Map.entry("smollm3", Layers.EVERY_FOURTH_STANDS));

  /// Whose graphs ask each layer how many channels rotate, instead of the first for all.
  private static final Set<String> ASK_EACH_LAYER = Set.of("gemma4", "laguna", "step35");

  private static final TreeMap<String, LlamaCppArchitecture> KNOWN = known();

  private static TreeMap<String, LlamaCppArchitecture> known() {
    TreeMap<String, LlamaCppArchitecture> known = new TreeMap<>();
    names(INTERLEAVED).forEach(name -> known.put(name, of(name, Pairing.INTERLEAVED)));
    names(HALF).forEach(name -> known.put(name, of(name, Pairing.HALF)));
    return known;
  }

  private static Stream<String> names(String list) {
    return Stream.of(list.strip().split("\\s+"));
  }

  private static LlamaCppArchitecture of(String name, Pairing pairing) {
    return new LlamaCppArchitecture(pairing, LAYERS.getOrDefault(name, Layers.UNIFORM));
  }

  /// Whether layers may differ in how many channels rotate.
  static boolean asksEachLayer(String architecture) {
    return ASK_EACH_LAYER.contains(architecture);
  }

  static boolean isKnown(String architecture) {
    return KNOWN.containsKey(architecture);
  }

  /// @throws CheckpointException when the rotation of that architecture is not known
  static LlamaCppArchitecture of(ModelDescription model) {
    LlamaCppArchitecture architecture = KNOWN.get(model.architecture());
    if (GgufFacts.UNROTATED.contains(model.architecture())) {
      throw new CheckpointException(
          "a "
              + model.architecture()
              + " model does not rotate queries and keys, so there is no rotation to scale");
    }
    if (architecture == null) {
      throw new CheckpointException(
          "the rotation of architecture '"
              + model.architecture()
              + "' is not known; known are "
              + String.join(", ", KNOWN.keySet()));
    }
    // GLM-4 of images turns as Qwen's M-RoPE does, GLM-4 of text alone turns neighbours.
    return model.architecture().equals("glm4") && model.rope().sections()
        ? new LlamaCppArchitecture(Pairing.HALF, architecture.layers)
        : architecture;
  }
}

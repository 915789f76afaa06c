package rope4j.inference;

import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import rope4j.checkpoint.CheckpointException;
import rope4j.inference.Architecture.Norms;
import rope4j.inference.Architecture.Scales;
import rope4j.inference.Block.Residual;
import rope4j.inference.Routing.Gating;
import rope4j.inference.Scores.Temperature;
import rope4j.rotation.absolute.Alibi;

/// All architectures this engine runs, by the names GGUF files give them.
///
/// Source: llama.cpp `models/*.cpp`.
final class Architectures {

  private static final int LLAMA4_STEP = 4;
  private static final Temperature LLAMA4_TEMPERATURE = new Temperature(0.1f, 8192, 1);

  private static final SequencedMap<String, Architecture> TABLE = table();

  private Architectures() {}

  static SequencedSet<String> names() {
    return new TreeSet<>(TABLE.keySet());
  }

  /// @throws CheckpointException when the architecture is not one of these
  static Architecture of(String name) {
    Architecture architecture = TABLE.get(name);
    if (architecture == null) {
      throw new CheckpointException(
          "architecture '"
              + name
              + "' can't be run by this engine; it runs: "
              + String.join(", ", TABLE.keySet()));
    }
    return architecture;
  }

  private static SequencedMap<String, Architecture> table() {
    TreeMap<String, Architecture> table = new TreeMap<>();
    Architecture llama = Architecture.plain();
    Architecture gelu = llama.layerNorm().ungated(Activation.GELU);
    for (String name : new String[] {"llama", "qwen2", "qwen3", "phi3", "chatglm"}) {
      table.put(name, llama);
    }
    table.put("smollm3", llama);
    table.put("phimoe", llama);
    table.put("mistral3", llama.scores(Architectures::mistral3));
    Architecture granite = granite();
    table.put("granite", granite.rotating(keys -> keys.bool("rope.scaling.finetuned", true)));
    table.put("granitemoe", granite);
    table.put("minicpm", llama.scales(Architectures::miniCpm));
    table.put("qwen3moe", llama.routing(keys -> softmax(keys, true)));
    table.put("qwen2moe", llama.routing(keys -> softmax(keys, false)));
    table.put("olmoe", llama.routing(keys -> softmax(keys, false)));
    table.put("olmo", llama.layerNorm().weightlessNorms().clamping());
    table.put("olmo2", llama.norms(Norms.AFTER));
    table.put("exaone4", llama.norms(Norms.AFTER));
    table.put("glm4", llama.norms(Norms.AROUND));
    Architecture gemma =
        llama
            .gated(Activation.GELU)
            .scales(keys -> gemmaScales(keys, 0))
            .scores(Architectures::gemma);
    table.put("gemma", gemma);
    table.put(
        "gemma2",
        gemma
            .norms(Norms.AROUND)
            .scales(keys -> gemmaScales(keys, keys.real("final_logit_softcapping", 30)))
            .scores((keys, block) ->
                gemma(keys, block).withSoftCap(keys.real("attn_logit_softcapping", 50))));
    table.put(
        "gemma3",
        gemma
            .norms(Norms.AROUND)
            .scales(keys -> gemmaScales(keys, keys.real("final_logit_softcapping", 0))));
    Architecture cohere =
        llama
            .layerNorm()
            .norms(Norms.SHARED)
            .residual(_ -> Residual.PARALLEL)
            .scales(keys -> new Scales(1, 1, orOne(keys.real("logit_scale")), 0));
    table.put("cohere2", cohere);
    table.put(
        "command-r",
        cohere.scales(keys -> new Scales(1, 1, orOne(keys.real("logit_scale", 0)), 0)));
    table.put(
        "stablelm",
        llama
            .layerNorm()
            .norms(Norms.SHARED)
            .residual(keys ->
                keys.hasTensor("blk.0.ffn_norm.weight") ? Residual.SEQUENTIAL : Residual.PARALLEL));
    Architecture parallel = gelu.norms(Norms.SHARED).residual(_ -> Residual.PARALLEL);
    table.put("phi2", parallel);
    table.put("falcon", parallel);
    table.put(
        "gptneox",
        gelu.residual(keys ->
            keys.bool("use_parallel_residual", true) ? Residual.PARALLEL : Residual.SEQUENTIAL));
    table.put("starcoder2", gelu);
    table.put("gpt2", gelu);
    table.put("bloom", gelu.scores((keys, _) -> alibi(keys, 8)));
    table.put(
        "mpt",
        gelu.clamping().scores((keys, _) -> alibi(keys, keys.real("attention.max_alibi_bias", 0))));
    table.put("nemotron", llama.layerNorm().ungated(Activation.RELU_SQUARED));
    table.put(
        "dbrx",
        llama.layerNorm().clamping().norms(new Norms("attn_norm", "", "attn_output_norm", "")));
    table.put(
        "gpt-oss",
        llama
            .gated(Activation.CLAMPED_SWISH)
            .norms(new Norms("attn_norm", "", "post_attention_norm", ""))
            .routing(keys ->
                new Routing(
                    keys.model().expertsUsed(),
                    Gating.SOFTMAX_OF_CHOSEN,
                    false,
                    1,
                    new float[0],
                    1,
                    1,
                    false)));
    table.put(
        "llama4",
        llama
            .scores(Architectures::llama4)
            .routing(keys ->
                new Routing(
                    keys.model().expertsUsed(),
                    Gating.SIGMOID,
                    false,
                    1,
                    new float[0],
                    1,
                    1,
                    true)));
    table.put(
        "deepseek2", llama.scores(Architectures::deepSeek2).routing(Architectures::deepSeek2));
    return table;
  }

  /// llama.cpp leaves it to the architecture whatever `expert_weights_norm` says; folders say it.
  private static Routing softmax(Keys keys, boolean normed) {
    return Routing.softmax(keys.model().expertsUsed(), keys.bool("norm_topk_prob", normed));
  }

  private static Scores gemma(Keys keys, int block) {
    float scale = keys.real("query_scale", 0);
    if (scale != 0) {
      // Only folders say it: llama.cpp does not read `attention.scale` here.
      return Scores.scaled(scale);
    }
    // The largest of Gemma 2 and 3 divide by the width that heads would have by sharing.
    int blocks = keys.blocks();
    boolean largest =
        switch (keys.model().architecture()) {
          case "gemma2" -> blocks == 46;
          case "gemma3" -> blocks == 62;
          default -> false;
        };
    int channels =
        largest
            ? keys.model().embeddingLength() / keys.model().heads()
            : keys.model().headDimension();
    return Scores.scaled(1 / Math.sqrt(channels));
  }

  private static Scales gemmaScales(Keys keys, float softCap) {
    return new Scales((float) Math.sqrt(keys.model().embeddingLength()), 1, 1, softCap);
  }

  private static Architecture granite() {
    return Architecture.plain()
        .scores((keys, _) -> {
          float scale = keys.real("attention.scale", 0);
          return Scores.scaled(scale == 0 ? 1 / Math.sqrt(keys.model().headDimension()) : scale);
        })
        .scales(keys -> {
          keys.real("logit_scale");
          return new Scales(
              orOne(keys.real("embedding_scale", 0)),
              orOne(keys.real("residual_scale", 0)),
              1 / keys.divisor("logit_scale", 1),
              0);
        });
  }

  private static float orOne(float scale) {
    return scale == 0 ? 1 : scale;
  }

  /// Old files name none of the three.
  private static Scales miniCpm(Keys keys) {
    return new Scales(
        orOne(keys.real("embedding_scale", 12)),
        orOne(keys.real("residual_scale", 1.4 / Math.sqrt(keys.blocks()))),
        1 / keys.divisor("logit_scale", 256.0 / keys.model().embeddingLength()),
        0);
  }

  private static Scores alibi(Keys keys, float biasMax) {
    Scores scores = Scores.scaled(1 / Math.sqrt(keys.model().headDimension()));
    return biasMax > 0
        ? scores.withSlopes(Alibi.slopes(Alibi.Variant.LLAMA_CPP, keys.model().heads(), biasMax))
        : scores;
  }

  private static Scores mistral3(Keys keys, int block) {
    return Scores.scaled(1 / Math.sqrt(keys.model().headDimension()))
        .withTemperature(temperature(keys, keys.model().trainedLength()));
  }

  private static Optional<Temperature> temperature(Keys keys, int floor) {
    float scale = keys.real("attention.temperature_scale", 0);
    return scale == 0 || floor < 1
        ? Optional.empty()
        : Optional.of(new Temperature(scale, floor, 0));
  }

  private static Scores llama4(Keys keys, int block) {
    Scores scores = Scores.scaled(1 / Math.sqrt(keys.model().headDimension()));
    boolean windows = keys.count("attention.sliding_window", 1) != 0;
    int step = windows ? LLAMA4_STEP : keys.blocks();
    if ((block + 1) % step == 0) {
      return windows ? scores.withTemperature(Optional.of(LLAMA4_TEMPERATURE)) : scores;
    }
    // Maverick, with 128 experts, has no norm of queries and keys.
    return keys.model().experts() == 128
        ? scores
        : scores.withNormAfterRotation((float) keys.model().normEpsilon());
  }

  private static Scores deepSeek2(Keys keys, int block) {
    int channels = keys.count("attention.key_length_mla", keys.model().headDimension());
    return Scores.scaled(1 / Math.sqrt(channels))
        .withTemperature(temperature(keys, keys.count("attention.temperature_length", 0)));
  }

  private static Routing deepSeek2(Keys keys) {
    boolean glm =
        (keys.blocks() == 47 || keys.blocks() == 48) && keys.model().vocabularySize() == 154880;
    int gating = keys.count("expert_gating_func", 0);
    return new Routing(
        keys.model().expertsUsed(),
        switch (gating == 0 ? (glm ? 2 : 1) : gating) {
          case 1 -> Gating.SOFTMAX;
          case 2 -> Gating.SIGMOID;
          case 3 -> Gating.SOFTMAX_OF_CHOSEN;
          default ->
              throw new CheckpointException(
                  "deepseek2.expert_gating_func is "
                      + gating
                      + ", but 1 (softmax), 2 (sigmoid) or 3 (softmax of the chosen) was expected");
        },
        keys.bool("expert_weights_norm", false),
        orOne(keys.real("expert_weights_scale", 0)),
        new float[0],
        1,
        1,
        false);
  }
}

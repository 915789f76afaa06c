package rope4j.checkpoint.config;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import rope4j.checkpoint.config.ModelClass.Conversion;
import rope4j.checkpoint.config.ModelClass.Head;
import rope4j.checkpoint.config.ModelClass.Pattern;
import rope4j.checkpoint.config.ModelClass.Unrotated;
import rope4j.rotation.Pairing;

/// The model classes of Transformers whose rotation differs from the ordinary, and the ordinary
/// ones by name.
///
/// Sources: Transformers `models/*/configuration_*.py` and `modeling_*.py` (5.16); llama.cpp
/// `llama-model.cpp`, `llama_model_rope_type`, and `conversion/`.
final class ModelClasses {

  /// Columns: names, conversion, base, base of sliding layers, partial factor, whether it is
  /// honoured unscaled, head_dim, layer types (kind:interval:layers), unrotated layers, pairing,
  /// llama.cpp's architecture. A dash is "none".
  private static final String TABLE =
      """
      llama,mistral,ministral           plain      10000    -      -     no  derived   -               none   half        llama
      arcee                             plain      10000    -      -     no  derived   -               none   half        arcee
      doge                              plain      10000    -      -     no  derived   -               none   half        -
      mixtral                           plain      1000000  -      -     no  none      -               none   half        llama
      granite                           plain      10000    -      -     no  none      -               none   half        granite
      granitemoe                        plain      10000    -      -     no  none      -               none   half        granitemoe
      xverse                            plain      10000    -      -     no  none      -               none   half        xverse
      minicpm                           plain      10000    -      -     no  none      -               none   half        minicpm
      olmo                              plain      10000    -      -     no  none      -               none   half        olmo
      mllama                            plain      500000   -      -     no  none      -               none   half        -
      qwen2                             plain      10000    -      -     no  none      -               none   half        qwen2
      qwen2_moe                         plain      10000    -      -     no  none      -               none   half        qwen2moe
      olmo2                             plain      10000    -      -     no  none      -               none   half        olmo2
      olmoe                             plain      10000    -      -     no  none      -               none   half        olmoe
      starcoder2                        plain      10000    -      -     no  none      -               none   half        starcoder2
      dbrx                              plain      10000    -      -     no  none      -               none   half        dbrx
      bitnet                            plain      10000    -      -     no  none      -               none   half        bitnet
      falcon                            plain      10000    -      -     no  derived   -               none   half        falcon
      qwen3                             plain      10000    -      -     no  128       -               none   half        qwen3
      qwen3_moe                         plain      10000    -      -     no  128       -               none   half        qwen3moe
      gemma                             plain      10000    -      -     no  256       -               none   half        gemma
      gemma2                            plain      10000    -      -     no  256       -               none   half        gemma2
      apertus                           plain      12000000 -      -     no  none      -               none   half        apertus
      seed_oss                          plain      10000    -      -     no  128       -               none   half        seed_oss
      hy_v3                             plain      11158840 -      -     no  128       -               none   half        hy-v3
      lfm2                              plain      1000000  -      -     no  none      -               none   half        lfm2
      lfm2_moe                          plain      1000000  -      -     no  none      -               none   half        lfm2moe
      flex_olmo                         plain      500000   -      -     no  none      -               none   half        -
      nomic_bert                        plain      1000     -      -     no  none      -               none   half        nomic-bert
      gpt_oss                           gpt-oss    150000   -      -     no  64        sliding:2:36    none   half        gpt-oss
      exaone4                           plain      10000    -      -     no  none      sliding:4:32    full   half        exaone4
      cohere                            plain      500000   -      -     no  none      -               none   interleaved command-r
      cohere2                           plain      10000    -      -     no  derived   sliding:4:40    full   interleaved cohere2
      helium                            plain      100000   -      -     no  128       -               none   interleaved -
      ernie4_5                          plain      500000   -      -     no  128       -               none   interleaved ernie4_5
      ernie4_5_moe                      plain      500000   -      -     no  128       -               none   interleaved ernie4_5-moe
      ernie4_5_vl_moe                   mrope      500000   -      -     no  128       -               none   interleaved -
      llama4                            plain      500000   -      -     no  128       chunked:4:48    listed interleaved llama4
      smollm3                           plain      2000000  -      -     no  none      full:4:36       listed half        smollm3
      hunyuan_v1_dense                  plain      10000    -      -     no  derived   -               none   half        hunyuan-dense
      hunyuan_v1_moe                    plain      10000    -      -     no  derived   -               none   half        hunyuan-moe
      hunyuan_vl                        xdrope     10000    -      -     no  derived   -               none   half        -
      qwen2_vl,qwen2_5_vl               mrope      1000000  -      -     no  none      -               none   half        qwen2vl
      qwen3_vl                          mrope      500000   -      -     no  128       -               none   half        qwen3vl
      qwen3_vl_moe                      mrope      500000   -      -     no  128       -               none   half        qwen3vlmoe
      deepseek_v2                       plain      10000    -      -     no  rope-part -               none   interleaved deepseek2
      deepseek_v3,kimi_k2               plain      10000    -      -     no  rope-part -               none   interleaved deepseek2
      deepseek_v32,glm_moe_dsa,mistral4 plain      10000    -      -     no  rope-part -               none   interleaved -
      longcat_flash                     plain      10000000 -      -     no  rope-part -               none   interleaved -
      gemma3                            gemma3     1000000  10000  -     no  256       sliding:6:26    none   half        gemma3
      gemma3n                           gemma3     1000000  10000  -     no  256       sliding:6:26    none   half        gemma3n
      t5gemma2                          gemma3     1000000  10000  -     no  256       sliding:6:26    none   half        -
      modernbert,modernbert-decoder     modernbert 160000   10000  -     no  none      full-first:3:22 none   half        modern-bert
      olmo3                             olmo3      500000   500000 -     no  none      sliding:4:32    none   half        olmo2
      gemma4                            gemma4     1000000  10000  -     no  256       sliding:6:30    none   half        gemma4
      mimo_v2_flash                     nested     5000000  10000  0.334 yes 192       sliding:6:48    none   half        mimo2
      gpt_neox                          neox       10000    -      0.25  yes none      -               none   half        gptneox
      gpt_neox_japanese                 neox       10000    -      1.0   yes none      -               none   half        -
      stablelm                          plain      10000    -      0.25  yes none      -               none   half        stablelm
      qwen3_next                        plain      10000    -      0.25  yes 256       linear:4:48     none   half        qwen3next
      qwen3_5                           mrope      10000    -      0.25  yes 256       linear:4:32     none   half        qwen35
      qwen3_5_moe                       mrope      10000    -      0.25  yes 256       linear:4:40     none   half        qwen35moe
      phi                               plain      10000    -      0.5   yes none      -               none   half        phi2
      persimmon                         plain      10000    -      0.5   yes none      -               none   half        -
      fuyu                              plain      25000    -      0.5   yes none      -               none   half        -
      recurrent_gemma                   plain      10000    -      0.5   yes derived   -               none   half        -
      bamba                             plain      10000    -      0.5   yes none      -               none   half        -
      nemotron                          plain      10000    -      0.5   yes derived   -               none   half        nemotron
      glm                               plain      10000    -      0.5   yes 128       -               none   interleaved chatglm
      glm4                              plain      10000    -      0.5   yes 128       -               none   interleaved glm4
      glm4_moe                          plain      10000    -      0.5   yes 128       -               none   half        glm4moe
      glm4v,glm4v_moe                   mrope      10000    -      0.5   yes none      -               none   interleaved -
      solar_open                        plain      1000000  -      1.0   yes 128       -               none   half        -
      minimax_m2                        rotary-dim 5000000  -      -     yes derived   -               none   half        minimax-m2
      gptj                              rotary-dim 10000    -      -     yes none      -               none   interleaved -
      codegen                           rotary-dim 10000    -      -     yes none      -               none   interleaved -
      moonshine                         plain      10000    -      0.9   yes none      -               none   interleaved -
      moonshine_streaming               plain      10000    -      0.8   yes none      -               none   interleaved -
      phi3                              phi3       10000    -      1.0   yes none      -               none   half        phi3
      phi4_multimodal                   phi3       10000    -      1.0   yes none      -               none   half        -
      phimoe                            phimoe     1000000  -      -     yes none      -               none   half        phimoe
      nanochat                          plain      10000    -      -     no  derived   -               none   half        -
      """;

  private static final Map<String, ModelClass> KNOWN = parse();

  private ModelClasses() {}

  /// The class of a `model_type`, with or without `_text`; an ordinary decoder when there is none
  /// of that name.
  static ModelClass of(String modelType) {
    ModelClass known = KNOWN.get(modelType);
    if (known == null && modelType.endsWith("_text")) {
      known = KNOWN.get(modelType.substring(0, modelType.length() - "_text".length()));
    }
    return known != null ? known : unknown(modelType);
  }

  /// Code that comes with a checkpoint mostly reads what its configuration says, so the partial
  /// factor counts.
  private static ModelClass unknown(String modelType) {
    return new ModelClass(
        modelType,
        false,
        Conversion.PLAIN,
        10000,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        true,
        Head.of("none"),
        Pattern.of("-"),
        Unrotated.NONE,
        Pairing.HALF,
        Optional.empty());
  }

  private static Map<String, ModelClass> parse() {
    Map<String, ModelClass> classes = new HashMap<>();
    TABLE
        .lines()
        .forEach(line -> {
          String[] row = line.split(" +");
          for (String name : row[0].split(",", -1)) {
            classes.put(name, parse(name, row));
          }
        });
    return Map.copyOf(classes);
  }

  private static ModelClass parse(String name, String[] row) {
    return new ModelClass(
        name,
        true,
        Conversion.valueOf(row[1].toUpperCase(Locale.ROOT).replace('-', '_')),
        Double.parseDouble(row[2]),
        number(row[3]),
        number(row[4]),
        row[5].equals("yes"),
        Head.of(row[6]),
        Pattern.of(row[7]),
        unrotated(row[8]),
        Pairing.valueOf(row[9].toUpperCase(Locale.ROOT)),
        row[10].equals("-") ? Optional.empty() : Optional.of(row[10]));
  }

  private static OptionalDouble number(String word) {
    return word.equals("-") ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(word));
  }

  private static Unrotated unrotated(String word) {
    return switch (word) {
      case "listed" -> Unrotated.LISTED;
      case "full" -> Unrotated.FULL_ATTENTION;
      default -> Unrotated.NONE;
    };
  }
}

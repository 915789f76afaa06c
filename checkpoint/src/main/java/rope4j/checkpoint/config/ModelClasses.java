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
      llama,mistral                        plain                10000     -      -     no  derived      -                none   half        llama
      ministral                            plain                10000     -      -     no  none         all-sliding:1:32 none   half        llama
      arcee                                plain                10000     -      -     no  derived      -                none   half        arcee
      doge                                 plain                10000     -      -     no  none         -                none   half        -
      mixtral                              plain                1000000   -      -     no  none         -                none   half        llama
      granite                              plain                10000     -      -     no  none         -                none   half        granite
      granitemoe                           plain                10000     -      -     no  none         -                none   half        granitemoe
      xverse                               plain                10000     -      -     no  none         -                none   half        xverse
      minicpm                              plain                10000     -      -     no  none         -                none   half        minicpm
      olmo                                 plain                10000     -      -     no  none         -                none   half        olmo
      mllama,mllama_text_model             plain                500000    -      -     no  none         -                none   half        -
      qwen2                                plain                10000     -      -     no  none         -                none   half        qwen2
      qwen2_moe                            plain                10000     -      -     no  none         -                none   half        qwen2moe
      olmo2                                plain                10000     -      -     no  none         -                none   half        olmo2
      olmoe                                plain                10000     -      -     no  none         -                none   half        olmoe
      starcoder2                           plain                10000     -      -     no  none         -                none   half        starcoder2
      dbrx                                 plain                10000     -      -     no  none         -                none   half        dbrx
      bitnet                               plain                500000    -      -     no  none         -                none   half        bitnet
      falcon                               plain                10000     -      -     no  derived      -                none   half        falcon
      qwen3                                plain                10000     -      -     no  128          -                none   half        qwen3
      qwen3_moe                            plain                10000     -      -     no  none         -                none   half        qwen3moe
      gemma                                plain                10000     -      -     no  256          -                none   half        gemma
      gemma2                               plain                10000     -      -     no  256          -                none   half        gemma2
      apertus                              plain                12000000  -      -     no  none         -                none   half        apertus
      seed_oss                             plain                10000     -      -     no  128          -                none   half        seed_oss
      hy_v3                                plain                11158840  -      -     no  128          -                none   half        hy-v3
      lfm2                                 plain                1000000   -      -     no  none         -                none   half        lfm2
      lfm2_moe                             plain                1000000   -      -     no  none         -                none   half        lfm2moe
      flex_olmo                            plain                500000    -      -     no  none         -                none   half        -
      nomic_bert                           plain                1000      -      -     no  derived      -                none   half        nomic-bert
      gpt_oss                              plain                150000    -      -     no  64           sliding:2:36     none   half        gpt-oss
      exaone4                              plain                10000     -      -     no  none         sliding:4:32     full   half        exaone4
      cohere                               plain                500000    -      -     no  none         -                none   interleaved command-r
      cohere2                              plain                10000     -      -     no  derived      sliding:4:40     full   interleaved cohere2
      helium                               plain                100000    -      -     no  128          -                none   interleaved -
      ernie4_5                             plain                500000    -      -     no  128          -                none   interleaved ernie4_5
      ernie4_5_moe                         plain                500000    -      -     no  none         -                none   interleaved ernie4_5-moe
      ernie4_5_vl_moe                      sections             500000    -      -     no  none         -                none   interleaved -
      llama4                               plain                500000    -      -     no  128          chunked:4:48     listed interleaved llama4
      smollm3                              plain                2000000   -      -     no  none         full:4:36        listed half        smollm3
      hunyuan_v1_dense                     plain                10000     -      -     no  none         -                none   half        hunyuan-dense
      hunyuan_v1_moe                       plain                10000     -      -     no  none         -                none   half        hunyuan-moe
      hunyuan_vl                           xdrope               10000     -      -     no  none         -                none   half        -
      qwen2_vl,qwen2_5_vl                  mrope                1000000   -      -     no  none         -                none   half        qwen2vl
      qwen3_vl                             interleaved-sections 500000    -      -     no  128          -                none   half        qwen3vl
      qwen3_vl_moe                         interleaved-sections 500000    -      -     no  derived      -                none   half        qwen3vlmoe
      deepseek_v2                          plain                10000     -      -     no  rope-part:64 -                none   interleaved deepseek2
      deepseek_v3,kimi_k2                  plain                10000     -      -     no  rope-part:64 -                none   interleaved deepseek2
      glm_moe_dsa                          plain                10000     -      -     no  rope-part:64 -                none   interleaved glm-dsa
      deepseek_v32                         plain                10000     -      -     no  rope-part:64 -                none   interleaved deepseek32
      mistral4                             mistral4             10000     -      -     no  both-parts   -                none   interleaved mistral4
      longcat_flash                        plain                10000000  -      -     no  rope-part:64 -                none   interleaved -
      gemma3                               gemma3               1000000   10000  -     no  256          sliding:6:26     none   half        gemma3
      gemma3n                              gemma3               1000000   10000  -     no  256          sliding:5:35     none   half        gemma3n
      t5gemma2,t5gemma2_decoder            gemma3               1000000   10000  -     no  256          sliding:6:26     none   half        -
      modernbert,modernbert-decoder        modernbert           160000    10000  -     no  none         full-first:3:22  none   half        modern-bert
      olmo3                                olmo3                500000    500000 -     no  none         sliding:4:32     none   half        olmo2
      gemma4,gemma4_unified                gemma4               1000000   10000  -     no  256          sliding:6:30     none   half        gemma4
      mimo_v2_flash                        nested               5000000   10000  0.334 yes 192          full-first:5:48  none   half        mimo2
      gpt_neox                             neox                 10000     -      0.25  yes none         -                none   half        gptneox
      gpt_neox_japanese                    neox                 10000     -      1.0   yes none         -                none   half        -
      stablelm                             plain                10000     -      0.25  yes none         -                none   half        stablelm
      qwen3_next                           plain                10000     -      0.25  yes 256          linear:4:48      none   half        qwen3next
      qwen3_5                              interleaved-sections 10000     -      0.25  yes 256          linear:4:32      none   half        qwen35
      qwen3_5_moe                          interleaved-sections 10000     -      0.25  yes 256          linear:4:40      none   half        qwen35moe
      phi                                  plain                10000     -      0.5   yes none         -                none   half        phi2
      persimmon                            plain                10000     -      0.5   yes none         -                none   half        -
      fuyu                                 plain                25000     -      0.5   yes none         -                none   half        -
      recurrent_gemma                      plain                10000     -      0.5   yes derived      -                none   half        -
      bamba                                plain                10000     -      0.5   yes none         -                none   half        -
      nemotron                             plain                10000     -      0.5   yes derived      -                none   half        nemotron
      glm                                  plain                10000     -      0.5   yes 128          -                none   interleaved chatglm
      glm4                                 plain                10000     -      0.5   yes 128          -                none   interleaved glm4
      glm4_moe                             plain                10000     -      0.5   yes none         -                none   half        glm4moe
      glm4v_moe                            sections             10000     -      0.5   yes none         -                none   half        -
      glm4v                                sections             10000     -      -     yes none         -                none   interleaved -
      solar_open                           plain                1000000   -      1.0   yes 128          -                none   half        -
      minimax_m2                           rotary-dim           5000000   -      -     yes 128          -                none   half        minimax-m2
      gptj                                 rotary-dim           10000     -      -     yes none         -                none   interleaved -
      codegen                              rotary-dim           10000     -      -     yes none         -                none   interleaved -
      moonshine                            plain                10000     -      0.9   yes none         -                none   interleaved -
      moonshine_streaming                  plain                10000     -      -     yes derived      -                none   interleaved -
      phi3                                 phi3                 10000     -      1.0   yes none         -                none   half        phi3
      phi4_multimodal                      phi3                 10000     -      1.0   yes none         -                none   half        -
      phimoe                               phimoe               1000000   -      -     no  none         -                none   half        phimoe
      nanochat                             plain                10000     -      -     no  none         -                none   half        -
      afmoe                                plain                10000     -      -     no  128          sliding:4:32     full   half        afmoe
      aria                                 plain                10000     -      -     no  derived      -                none   half        -
      axk1                                 plain                10000     -      -     no  rope-part:64 -                none   interleaved -
      axk2                                 plain                10000     -      -     no  rope-part:32 -                none   interleaved -
      blt                                  plain                500000    -      -     no  none         -                none   interleaved -
      blt_global_transformer,blt_local_decoder plain                500000    -      -     no  derived      -                none   interleaved -
      blt_local_encoder                    plain                500000    -      -     no  none         -                none   interleaved -
      blt_patcher                          plain                10000     -      -     no  derived      -                none   interleaved -
      chameleon                            plain                10000     -      -     no  none         -                none   half        chameleon
      cohere2_moe                          plain                10000     -      -     no  128          sliding:4:40     full   interleaved cohere2moe
      cosmos3_edge                         sections             100000000 -      -     no  128          -                none   half        -
      csm,csm_depth_decoder_model          plain                500000    -      -     no  derived      -                none   half        -
      cwm                                  plain                1000000   -      -     no  128          full-first:4:64  none   half        -
      deepseek_ocr2_encoder                plain                10000     -      -     no  none         -                none   half        -
      deepseek_ocr2                        plain                10000     -      -     no  derived      -                none   half        -
      deepseek_v4                          deepseek-v4          10000     160000 0.125 yes 512          -                none   interleaved deepseek4
      dia_decoder,dia_encoder              plain                10000     -      -     no  128          -                none   half        -
      diffllama                            plain                10000     -      -     no  derived      -                none   half        -
      dots1                                plain                10000     -      -     no  none         -                none   half        dots1
      emu3_text_model                      plain                1000000   -      -     no  none         -                none   half        -
      esmc                                 plain                10000     -      -     no  derived      -                none   half        -
      eurobert                             plain                10000     -      -     no  derived      -                none   half        eurobert
      evolla                               plain                500000    -      -     no  none         -                none   half        -
      exaone_moe                           plain                10000     -      -     no  none         sliding:4:32     full   half        exaone-moe
      falcon_h1                            plain                10000     -      -     no  none         -                none   half        falcon-h1
      glm4_moe_lite                        plain                10000     -      -     yes rope-part:64 -                none   interleaved deepseek2
      glm_image                            sections             10000     -      -     yes none         -                none   half        -
      glm_ocr                              sections             10000     -      -     yes none         -                none   interleaved -
      granite_swa,granitemoe_swa           plain                10000     -      -     no  none         -                none   half        -
      granitemoehybrid                     plain                10000     -      -     no  none         -                none   half        granitehybrid
      granitemoeshared                     plain                10000     -      -     no  none         -                none   half        granitemoe
      gte                                  plain                160000    -      -     no  none         -                none   half        -
      higgs_audio_v2                       plain                10000     -      -     no  128          -                none   half        -
      hrm                                  plain                10000     -      -     no  128          -                none   half        -
      hy_v4                                plain                10000     -      -     no  rope-part:64 -                none   half        -
      hyperclovax                          plain                10000     -      -     no  derived      -                none   half        -
      idefics                              plain                10000     -      -     no  none         -                none   half        -
      jais2                                plain                10000     -      -     no  derived      -                none   half        jais2
      jetmoe                               plain                10000     -      -     no  128          -                none   half        -
      jina_embeddings_v3                   plain                20000     -      -     no  none         -                none   half        jina-bert-v3
      kyutai_speech_to_text                plain                10000     -      -     no  derived      -                none   half        -
      laguna                               nested               500000    10000  -     yes 128          full:1:40        none   half        laguna
      mellum                               nested               500000    10000  -     yes 128          full:1:28        none   half        mellum
      mimi,moshi                           plain                10000     -      -     no  derived      -                none   half        -
      minicpm3                             plain                10000     -      -     no  rope-part:32 -                none   half        minicpm3
      minimax                              plain                1000000   -      -     no  none         -                none   half        -
      minimax_m3_vl                        plain                5000000   -      -     yes 128          -                none   half        -
      ministral3                           mistral3             10000     -      -     no  128          -                none   half        mistral3
      olmo_hybrid                          plain                10000     -      -     no  none         linear:4:32      none   half        -
      openai_privacy_filter                plain                150000    -      -     no  64           -                none   interleaved -
      paddleocr_vl                         plain                500000    -      -     no  128          -                none   half        paddleocr
      qwen2_5_omni                         sections             1000000   -      -     no  none         -                none   half        -
      qwen2_5_omni_talker                  sections             1000000   -      -     no  128          -                none   half        -
      qwen3_omni_moe_talker                plain                10000     -      -     no  none         -                none   half        -
      qwen3_omni_moe_talker_code_predictor plain                10000     -      -     no  128          -                none   half        -
      qwen3_omni_moe                       interleaved-sections 1000000   -      -     no  none         -                none   half        -
      t5_gemma_module,vaultgemma           plain                10000     -      -     no  256          sliding:2:26     none   half        -
      timesfm2_5                           plain                10000     -      -     no  derived      -                none   half        -
      voxtral_realtime                     plain                10000     -      -     no  derived      -                none   half        -
      voxtral_realtime_encoder,xcodec2,neucodec,qwen2_5_omni_dit plain                10000     -      -     no  64           -                none   half        -
      youtu                                plain                10000     -      -     no  rope-part:64 -                none   interleaved deepseek2
      zamba2                               plain                10000     -      -     no  none         -                none   half        -
      zaya                                 nested               5000000   10000  -     yes 128          hybrid:1:40      none   half        -
      diffusion_gemma                      gemma4               1000000   10000  -     yes 256          sliding:6:30     none   half        -
      muse_glimmer                         plain                10000     -      -     no  128          -                none   half        muse-glimmer
      muse_glimmer_assistant               plain                10000     -      -     no  128          -                none   half        -
      qwen4_exp                            interleaved-sections 10000     -      -     yes 256          -                none   half        -
      lasr_encoder                         plain                10000     -      -     no  none         -                none   half        -
      glmasr_encoder                       plain                10000     -      0.5   yes none         -                none   half        -
      nemotron3_diarization_audio          plain                10000     -      1     no  none         -                none   half        -
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

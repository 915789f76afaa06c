package rope4j.checkpoint.config;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import rope4j.rotation.Pairing;

/// What a model class of Transformers adds to a `config.json` by itself: defaults, legacy
/// spellings, and how its layers rotate. One row of [ModelClasses].
///
/// @param name the `model_type` without `_text`
/// @param known whether the table has it; if not, the file is read as an ordinary decoder
/// @param conversion how older spellings become `rope_parameters`
/// @param base `default_theta`, of full-attention layers
/// @param localBase `default_theta` of sliding layers, where they have their own
/// @param partial `partial_rotary_factor` when the file has none
/// @param honoursPartial whether the class reads `partial_rotary_factor` when nothing is scaled;
///   scaled types read it in every class
/// @param head where the head dimension comes from
/// @param layers which layer is of which type, when the file does not say
/// @param unrotated what decides which layers do not rotate
/// @param pairing which two channels turn together in Transformers and vLLM
/// @param architecture what llama.cpp's converter makes of it; empty when that is nothing
record ModelClass(
    String name,
    boolean known,
    Conversion conversion,
    double base,
    OptionalDouble localBase,
    OptionalDouble partial,
    boolean honoursPartial,
    Head head,
    Pattern layers,
    Unrotated unrotated,
    Pairing pairing,
    Optional<String> architecture) {

  /// How a class turns older spellings into `rope_parameters` (`convert_rope_params_to_dict`).
  enum Conversion {
    /// `rope_scaling`, `rope_theta`, `partial_rotary_factor`.
    PLAIN,
    /// As plain, but the base is `rotary_emb_base` and the partial factor `rotary_pct`.
    NEOX,
    /// As plain; types `su` and `yarn` mean longrope, and other types are refused.
    PHI3,
    /// As plain; needs `short_mscale` and `long_mscale`.
    PHIMOE,
    /// As plain; type `mrope` means default.
    MROPE,
    /// As plain; `mrope_section` is read.
    SECTIONS,
    /// As plain; `mrope_section` and `mrope_interleaved` are read.
    INTERLEAVED_SECTIONS,
    /// As plain; type `xdrope` means dynamic.
    XDROPE,
    /// As plain; `llama_4_scaling_beta` is read.
    MISTRAL3,
    /// As Mistral 3; the partial factor is `qk_rope_head_dim` over both parts of the head.
    MISTRAL4,
    /// As plain, and `rotary_dim` says the partial factor.
    ROTARY_DIM,
    /// A dictionary a layer type: `rope_theta` and `rope_scaling` for full attention,
    /// `rope_local_base_freq` for sliding.
    GEMMA3,
    /// A dictionary a layer type: `global_rope_theta`, `local_rope_theta`, `rope_scaling` for both.
    MODERNBERT,
    /// A dictionary a layer type; `rope_theta` is used up by full attention.
    OLMO3,
    /// A dictionary a layer type, with no older spelling; proportional for full attention.
    GEMMA4,
    /// A dictionary a layer type, with no older spelling.
    NESTED,
    /// A dictionary for plain layers (`main`) and one for those that attend to compressed keys
    /// (`compress`), whose base is `compress_rope_theta`.
    DEEPSEEK_V4;

    /// Whether the class takes dictionaries by layer type as they are: no older spelling is read
    /// and nothing is filled in.
    boolean takesLayerTypesOnly() {
      return this == GEMMA4 || this == NESTED;
    }

    /// Whether the model's rotary module has one set of frequencies a layer type.
    boolean perLayerType() {
      return switch (this) {
        case GEMMA3, MODERNBERT, OLMO3, GEMMA4, NESTED, DEEPSEEK_V4 -> true;
        default -> false;
      };
    }
  }

  /// Where the head dimension comes from.
  ///
  /// @param attribute whether the configuration object has a `head_dim`
  /// @param fixed its default, if it is not `hidden_size / num_attention_heads`
  /// @param latent which parts of a head of latent attention it covers
  record Head(boolean attribute, OptionalInt fixed, Latent latent) {

    /// Latent attention (MLA) splits a head into a part that rotates and one that does not.
    enum Latent {
      /// No latent attention.
      NONE,
      /// `qk_rope_head_dim`.
      ROPE_PART,
      /// `qk_nope_head_dim + qk_rope_head_dim`.
      BOTH_PARTS
    }

    private static final String ROPE_PART = "rope-part:";

    static Head of(String word) {
      return switch (word) {
        case "none" -> new Head(false, OptionalInt.empty(), Latent.NONE);
        case "derived" -> new Head(true, OptionalInt.empty(), Latent.NONE);
        case "both-parts" -> new Head(true, OptionalInt.empty(), Latent.BOTH_PARTS);
        case String part when part.startsWith(ROPE_PART) ->
            new Head(
                true,
                OptionalInt.of(Integer.parseInt(part.substring(ROPE_PART.length()))),
                Latent.ROPE_PART);
        default -> new Head(true, OptionalInt.of(Integer.parseInt(word)), Latent.NONE);
      };
    }
  }

  /// Layer types by position, `layers` of them when the file does not say how many.
  record Pattern(Kind kind, int interval, int layers) {

    enum Kind {
      /// The class has no `layer_types`.
      NONE,
      /// Sliding, and every interval-th layer full attention.
      SLIDING,
      /// Full attention first, then sliding up to the next interval.
      FULL_FIRST,
      /// Chunked attention, and full attention where a layer does not rotate.
      CHUNKED,
      /// All full attention.
      FULL,
      /// All sliding.
      ALL_SLIDING,
      /// Attention and a state-space model side by side.
      HYBRID,
      /// Linear attention, and every interval-th layer full attention.
      LINEAR
    }

    static Pattern of(String word) {
      String[] parts = word.split(":", -1);
      return switch (parts[0]) {
        case "-" -> new Pattern(Kind.NONE, 1, 0);
        case "sliding" -> new Pattern(Kind.SLIDING, number(parts, 1), number(parts, 2));
        case "full-first" -> new Pattern(Kind.FULL_FIRST, number(parts, 1), number(parts, 2));
        case "chunked" -> new Pattern(Kind.CHUNKED, number(parts, 1), number(parts, 2));
        case "linear" -> new Pattern(Kind.LINEAR, number(parts, 1), number(parts, 2));
        case "all-sliding" -> new Pattern(Kind.ALL_SLIDING, number(parts, 1), number(parts, 2));
        case "hybrid" -> new Pattern(Kind.HYBRID, number(parts, 1), number(parts, 2));
        case "full" -> new Pattern(Kind.FULL, number(parts, 1), number(parts, 2));
        default -> throw new IllegalArgumentException(word);
      };
    }

    private static int number(String[] parts, int index) {
      return Integer.parseInt(parts[index]);
    }
  }

  /// What decides which layers do not rotate (NoPE).
  enum Unrotated {
    /// All rotate.
    NONE,
    /// `no_rope_layers`, by default every 4th.
    LISTED,
    /// Full-attention layers don't, where there are sliding ones.
    FULL_ATTENTION
  }

  /// DeepSeek's latent attention: only a part of the head rotates, and the softmax scale depends on
  /// the configuration.
  boolean deepSeek() {
    return head.latent() != Head.Latent.NONE;
  }
}

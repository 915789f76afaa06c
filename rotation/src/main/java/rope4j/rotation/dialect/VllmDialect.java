package rope4j.rotation.dialect;

import java.util.List;
import java.util.OptionalDouble;
import rope4j.rotation.DynamicNtk;
import rope4j.rotation.Layout;
import rope4j.rotation.Linear;
import rope4j.rotation.Llama3;
import rope4j.rotation.LongRope;
import rope4j.rotation.NtkAlpha;
import rope4j.rotation.NtkFixed;
import rope4j.rotation.NtkMixed;
import rope4j.rotation.PairAxes;
import rope4j.rotation.Pairing;
import rope4j.rotation.Proportional;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Scaling;
import rope4j.rotation.Unscaled;
import rope4j.rotation.Yarn;

/// Reads a rope dictionary as vLLM's `get_rope` does (`rotary_embedding/__init__.py`), its
/// differences to Transformers included.
public final class VllmDialect {

  /// The rope types it knows.
  public static final List<String> TYPES =
      List.of(
          "default",
          "linear",
          "ntk",
          "dynamic",
          "xdrope",
          "yarn",
          "deepseek_yarn",
          "deepseek_llama_scaling",
          "telechat3-yarn",
          "longrope",
          "llama3",
          "proportional",
          "openpangu");

  private final RopeSettings settings;
  private final int headSize;
  private final int maxPosition;
  private final int maxModelLength;
  private final Pairing pairing;
  private final double base;
  private final int rotaryDimension;

  private VllmDialect(
      RopeSettings settings, int headSize, int maxPosition, Pairing pairing, int maxModelLength) {
    this.settings = settings;
    this.headSize = headSize;
    this.maxPosition = maxPosition;
    this.pairing = pairing;
    this.maxModelLength = maxModelLength;
    requireOneType(settings);
    base = settings.number("rope_theta").orElse(10000);
    double partial = settings.number("partial_rotary_factor").orElse(1);
    if (!(partial > 0 && partial <= 1)) {
      throw new IllegalArgumentException(
          "partial_rotary_factor must be above 0 and at most 1, but it is " + partial);
    }
    rotaryDimension = (int) settings.number("rope_dim").orElse((int) (headSize * partial));
  }

  /// The rotation vLLM would run with.
  ///
  /// @param settings the rope dictionary
  /// @param headSize channels of a head
  /// @param maxPosition `max_position_embeddings`
  /// @param pairing HALF where a model says `is_neox_style`
  /// @param maxModelLength the server's `max_model_len`; only longrope looks at it
  /// @throws IllegalArgumentException when the type is unknown or a key it needs is missing
  public static VllmRope rope(
      RopeSettings settings, int headSize, int maxPosition, Pairing pairing, int maxModelLength) {
    return new VllmDialect(settings, headSize, maxPosition, pairing, maxModelLength).rope();
  }

  /// The older `type` may only repeat `rope_type`, or be the older name of what it was rewritten
  /// to.
  private static void requireOneType(RopeSettings settings) {
    String type = settings.type();
    String older = settings.text("type").orElse(type);
    boolean renamed =
        (older.equals("su") && type.equals("longrope"))
            || (older.equals("mrope") && type.equals("default"));
    if (!older.equals(type) && !renamed) {
      throw new IllegalArgumentException(
          "type \"" + older + "\" contradicts rope_type \"" + type + "\", which vLLM refuses");
    }
  }

  /// What DeepSeek's model code multiplies the softmax scale by: `g(factor, mscale_all_dim)^2` for
  /// every type but "default".
  public static double deepSeekSoftmaxScaleMultiplier(RopeSettings settings) {
    if (settings.type().equals("default")) {
      return 1;
    }
    double g =
        Yarn.magnitude(settings.required("factor"), settings.number("mscale_all_dim").orElse(0));
    return g * g;
  }

  private VllmRope rope() {
    return switch (settings.type()) {
      case "default" ->
          settings.isSet("mrope_section")
              ? multiAxis("MRotaryEmbedding", new Unscaled(), mrope(), 4L * maxPosition)
              : single("RotaryEmbedding", new Unscaled(), maxPosition);
      case "linear" -> {
        double factor = settings.required("factor");
        yield single(
            "LinearScalingRotaryEmbedding", new Linear(factor), (long) (maxPosition * factor));
      }
      case "ntk" -> single("NTKScalingRotaryEmbedding", ntk(), maxPosition);
      case "dynamic" -> dynamic();
      case "xdrope" ->
          multiAxis(
              "XDRotaryEmbedding",
              new NtkAlpha(settings.required("alpha")),
              PairAxes.sections(settings.requiredIntegers("xdrope_section")),
              maxPosition);
      case "yarn" -> yarn();
      case "deepseek_yarn", "deepseek_llama_scaling" -> deepSeekYarn();
      case "telechat3-yarn" -> teleChat3();
      case "longrope" -> longRope();
      case "llama3" -> single("Llama3RotaryEmbedding", llama3(), maxPosition);
      case "proportional" -> proportional();
      case "openpangu" ->
          multiAxis(
              "MRotaryEmbeddingInterleaved",
              new Unscaled(),
              PairAxes.balanced(settings.requiredIntegers("mrope_section")),
              4L * maxPosition);
      case String other -> throw RopeSettings.unknownType("vLLM", other, TYPES);
    };
  }

  private VllmRope rope(
      String className, RopeParameters parameters, PairAxes axes, int length, long rows) {
    Layout leading = Layout.of(parameters);
    Layout layout = isDeepSeekV4() ? leading.trailing() : leading;
    return new VllmRope(className, parameters, layout, axes, length, rows);
  }

  private boolean isDeepSeekV4() {
    return settings.flag("is_deepseek_v4", false);
  }

  private VllmRope single(String className, Scaling scaling, long rows) {
    return multiAxis(className, scaling, PairAxes.single(rotaryDimension / 2), rows);
  }

  private VllmRope multiAxis(String className, Scaling scaling, PairAxes axes, long rows) {
    return rope(className, parameters(rotaryDimension, scaling), axes, maxPosition, rows);
  }

  private RopeParameters parameters(int dimension, Scaling scaling) {
    return new RopeParameters(headSize, dimension, base, maxPosition, pairing, scaling);
  }

  private PairAxes mrope() {
    int[] section = settings.requiredIntegers("mrope_section");
    if (!settings.flag("mrope_interleaved", false)) {
      return PairAxes.sections(section);
    }
    if (section.length != 3) {
      throw new IllegalArgumentException(
          "mrope_section must have 3 entries when mrope_interleaved is true, but it has "
              + section.length);
    }
    return PairAxes.interleaved(section[0], section[1], section[2]);
  }

  private Scaling ntk() {
    double factor = settings.required("factor");
    OptionalDouble mixed = settings.number("mixed_b");
    return mixed.isPresent() ? new NtkMixed(factor, mixed.getAsDouble()) : new NtkFixed(factor);
  }

  private VllmRope dynamic() {
    if (settings.has("alpha")) {
      return single(
          "DynamicNTKAlphaRotaryEmbedding", new NtkAlpha(settings.required("alpha")), maxPosition);
    }
    // Without max_trained_positions the ratio is 1, so that nothing is scaled at all.
    int trained =
        settings.isSet("max_trained_positions")
            ? settings.requiredLength("max_trained_positions")
            : maxPosition;
    return single(
        "DynamicNTKScalingRotaryEmbedding",
        new DynamicNtk(settings.required("factor"), trained),
        maxPosition);
  }

  private Llama3 llama3() {
    return new Llama3(
        settings.required("factor"),
        settings.requiredLength("original_max_position_embeddings"),
        settings.required("low_freq_factor"),
        settings.required("high_freq_factor"));
  }

  private VllmRope yarn() {
    int originalLength = settings.requiredLength("original_max_position_embeddings");
    double factor = settings.required("factor");
    boolean multiAxis = settings.isSet("mrope_section");
    double own =
        multiAxis || settings.flag("apply_yarn_scaling", true) ? Yarn.magnitude(factor, 1) : 1;
    double attention = own * settings.number("attn_factor").orElse(1);
    if (multiAxis) {
      // M-RoPE multiplies its length by 4 before it asks for the ramp.
      int enlarged = Math.multiplyExact(4, originalLength);
      return multiAxis(
          "MRotaryEmbedding",
          yarn(factor, enlarged, settings.flag("truncate", true), attention),
          mrope(),
          (long) (enlarged * factor));
    }
    return single(
        "YaRNScalingRotaryEmbedding",
        yarn(factor, originalLength, settings.flag("truncate", true), attention),
        (long) (originalLength * factor));
  }

  private Yarn yarn(double factor, int originalLength, boolean truncate, double attention) {
    return new Yarn(
        factor,
        originalLength,
        settings.number("beta_fast").orElse(32),
        settings.number("beta_slow").orElse(1),
        truncate,
        settings.number("extrapolation_factor").orElse(1),
        OptionalDouble.of(attention));
  }

  private VllmRope deepSeekYarn() {
    int originalLength = settings.requiredLength("original_max_position_embeddings");
    double factor = settings.required("factor");
    double attention =
        Yarn.magnitude(factor, settings.number("mscale").orElse(1))
            / Yarn.magnitude(factor, settings.number("mscale_all_dim").orElse(0))
            * settings.number("attn_factor").orElse(1);
    return single(
        isDeepSeekV4() ? "DeepseekV4ScalingRotaryEmbedding" : "DeepseekScalingRotaryEmbedding",
        yarn(factor, originalLength, true, attention),
        (long) (originalLength * factor));
  }

  private VllmRope teleChat3() {
    int originalLength = settings.requiredLength("original_max_position_embeddings");
    double factor = (double) maxPosition / originalLength;
    double own = factor <= 1 ? 1 : 0.07 * Math.log(factor) + 1;
    double attention = own * settings.number("attn_factor").orElse(1);
    return single(
        "TeleChat3RoPEScaledRotaryEmbedding",
        yarn(factor, originalLength, settings.flag("truncate", true), attention),
        (long) (originalLength * factor));
  }

  private VllmRope longRope() {
    int originalLength = settings.requiredLength("original_max_position_embeddings");
    double own = LongRope.magnitude((double) maxPosition / originalLength, originalLength);
    LongRope scaling =
        new LongRope(
            settings.requiredNumbers("short_factor"),
            settings.requiredNumbers("long_factor"),
            originalLength,
            settings.number("short_mscale").orElse(own),
            settings.number("long_mscale").orElse(own));
    return rope(
        "Phi3LongRoPEScaledRotaryEmbedding",
        parameters(rotaryDimension, scaling),
        PairAxes.single(rotaryDimension / 2),
        maxModelLength,
        (long) originalLength + maxPosition);
  }

  private VllmRope proportional() {
    double partial = settings.number("partial_rotary_factor").orElse(1);
    return rope(
        "Gemma4RotaryEmbedding",
        parameters(headSize, Proportional.of(headSize, partial, 1)),
        PairAxes.single(headSize / 2),
        maxPosition,
        maxPosition);
  }
}

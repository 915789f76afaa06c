package rope4j.rotation.dialect;

import java.util.List;
import java.util.OptionalDouble;
import rope4j.rotation.DynamicNtk;
import rope4j.rotation.Linear;
import rope4j.rotation.Llama3;
import rope4j.rotation.LongRope;
import rope4j.rotation.NtkAlpha;
import rope4j.rotation.Proportional;
import rope4j.rotation.Scaling;
import rope4j.rotation.SoftmaxScaled;
import rope4j.rotation.Unscaled;
import rope4j.rotation.Yarn;

/// Reads a rope dictionary as Hugging Face Transformers does (`modeling_rope_utils.py`,
/// `ROPE_INIT_FUNCTIONS`), after its normalisation: `rope_theta` and
/// `original_max_position_embeddings` already inside.
public final class TransformersDialect {

  /// The rope types it knows.
  public static final List<String> TYPES =
      List.of("default", "linear", "dynamic", "yarn", "longrope", "llama3", "proportional");

  private TransformersDialect() {}

  /// The scaling that a rope dictionary asks for.
  ///
  /// @param settings one layer type's dictionary
  /// @param headDimension channels of a head
  /// @param maxPositionEmbeddings the configuration's `max_position_embeddings`
  /// @throws IllegalArgumentException when the type is unknown or a key it needs is missing
  public static Scaling scaling(
      RopeSettings settings, int headDimension, int maxPositionEmbeddings) {
    return switch (settings.type()) {
      case "default" -> new Unscaled();
      case "linear" -> new Linear(settings.required("factor"));
      case "dynamic" ->
          // Only HunYuan's classes read alpha; with it the rule is static.
          settings.isTruthy("alpha")
              ? new NtkAlpha(settings.required("alpha"), NtkAlpha.Exponent.HEAD_DIMENSION)
              : new DynamicNtk(settings.required("factor"), maxPositionEmbeddings);
      case "yarn" -> yarn(settings, maxPositionEmbeddings);
      case "longrope" -> longRope(settings, maxPositionEmbeddings);
      case "llama3" ->
          new Llama3(
              settings.required("factor"),
              settings.requiredLength("original_max_position_embeddings"),
              settings.required("low_freq_factor"),
              settings.required("high_freq_factor"));
      case "proportional" ->
          Proportional.of(
              headDimension,
              settings.number("partial_rotary_factor").orElse(1),
              settings.number("factor").orElse(1));
      case String other -> throw RopeSettings.unknownType("Transformers", other, TYPES);
    };
  }

  /// [#scaling] of one layer type of a nested configuration, where Transformers looks for
  /// `truncate` in the outer dictionary and so never finds it: the ramp is always rounded.
  public static Scaling nestedScaling(
      RopeSettings settings, int headDimension, int maxPositionEmbeddings) {
    return switch (scaling(settings, headDimension, maxPositionEmbeddings)) {
      case Yarn yarn ->
          new Yarn(
              yarn.factor(),
              yarn.originalLength(),
              yarn.betaFast(),
              yarn.betaSlow(),
              true,
              yarn.extrapolationFactor(),
              yarn.attentionFactor());
      case Scaling other -> other;
    };
  }

  /// [#scaling] for DeepSeek's classes, which also multiply the softmax scale when `mscale_all_dim`
  /// is set and the type is not "default".
  public static Scaling deepSeekScaling(
      RopeSettings settings, int headDimension, int maxPositionEmbeddings) {
    Scaling scaling = scaling(settings, headDimension, maxPositionEmbeddings);
    if (scaling instanceof Unscaled || !settings.isTruthy("mscale_all_dim")) {
      return scaling;
    }
    double g = Yarn.magnitude(settings.required("factor"), settings.required("mscale_all_dim"));
    return new SoftmaxScaled(scaling, g * g);
  }

  /// PhiMoE's reading of "longrope": short factors at every length, `short_mscale` or `long_mscale`
  /// in place of the attention factor.
  public static LongRope phiMoeScaling(RopeSettings settings) {
    return LongRope.phiMoe(
        settings.requiredNumbers("short_factor"),
        settings.requiredLength("original_max_position_embeddings"),
        settings.required("short_mscale"),
        settings.required("long_mscale"));
  }

  private static Yarn yarn(RopeSettings settings, int maxPositionEmbeddings) {
    int originalLength = settings.requiredLength("original_max_position_embeddings");
    double factor =
        settings.has("factor") && !settings.isSet("factor")
            ? (double) maxPositionEmbeddings / originalLength
            : settings.required("factor");
    OptionalDouble attention = settings.number("attention_factor");
    if (attention.isEmpty() && settings.isTruthy("mscale") && settings.isTruthy("mscale_all_dim")) {
      attention =
          OptionalDouble.of(
              Yarn.magnitude(factor, settings.required("mscale"))
                  / Yarn.magnitude(factor, settings.required("mscale_all_dim")));
    }
    return new Yarn(
        factor,
        originalLength,
        settings.numberOr("beta_fast", 32),
        settings.numberOr("beta_slow", 1),
        settings.flag("truncate", true),
        1,
        attention);
  }

  private static LongRope longRope(RopeSettings settings, int maxPositionEmbeddings) {
    int originalLength = settings.requiredLength("original_max_position_embeddings");
    double factor =
        settings.number("factor").orElse((double) maxPositionEmbeddings / originalLength);
    double attention =
        settings
            .number("attention_factor")
            .orElseGet(() -> LongRope.magnitude(factor, originalLength));
    return new LongRope(
        settings.requiredNumbers("short_factor"),
        settings.requiredNumbers("long_factor"),
        originalLength,
        attention);
  }
}

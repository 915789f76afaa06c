package rope4j.checkpoint;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/// llama.cpp's rotation flags; what is not given comes from the model file.
///
/// As in llama.cpp, 0 means "not given" for base, scale and original context, and a negative number
/// does for the four YaRN numbers.
///
/// Source: llama.cpp `common/arg.cpp` and `llama_context_params`.
///
/// @param scalingType `--rope-scaling`
/// @param frequencyBase `--rope-freq-base`
/// @param frequencyScale `--rope-freq-scale`: multiplies every frequency; `--rope-scale N` is 1/N
/// @param yarnOriginalContext `--yarn-orig-ctx`, tokens
/// @param yarnExtFactor `--yarn-ext-factor`
/// @param yarnAttnFactor `--yarn-attn-factor`; without effect where YaRN is active
/// @param yarnBetaFast `--yarn-beta-fast`
/// @param yarnBetaSlow `--yarn-beta-slow`
public record RopeOverrides(
    Optional<RopeScalingType> scalingType,
    OptionalDouble frequencyBase,
    OptionalDouble frequencyScale,
    OptionalInt yarnOriginalContext,
    OptionalDouble yarnExtFactor,
    OptionalDouble yarnAttnFactor,
    OptionalDouble yarnBetaFast,
    OptionalDouble yarnBetaSlow) {

  /// No flag given: the file's own rotation.
  public static final RopeOverrides NONE =
      new RopeOverrides(
          Optional.empty(),
          OptionalDouble.empty(),
          OptionalDouble.empty(),
          OptionalInt.empty(),
          OptionalDouble.empty(),
          OptionalDouble.empty(),
          OptionalDouble.empty(),
          OptionalDouble.empty());

  /// @throws IllegalArgumentException when a number is not finite, or is negative where that means
  ///   nothing
  public RopeOverrides {
    frequencyBase = aboveZero("--rope-freq-base", frequencyBase);
    frequencyScale = aboveZero("--rope-freq-scale", frequencyScale);
    yarnOriginalContext = aboveZero("--yarn-orig-ctx", yarnOriginalContext);
    yarnExtFactor = notNegative("--yarn-ext-factor", yarnExtFactor);
    yarnAttnFactor = notNegative("--yarn-attn-factor", yarnAttnFactor);
    yarnBetaFast = notNegative("--yarn-beta-fast", yarnBetaFast);
    yarnBetaSlow = notNegative("--yarn-beta-slow", yarnBetaSlow);
  }

  /// The same with `--rope-scaling`.
  public RopeOverrides withScalingType(RopeScalingType type) {
    return new RopeOverrides(
        Optional.of(type),
        frequencyBase,
        frequencyScale,
        yarnOriginalContext,
        yarnExtFactor,
        yarnAttnFactor,
        yarnBetaFast,
        yarnBetaSlow);
  }

  /// The same with `--rope-scale`: the factor by which the context grows.
  ///
  /// @throws IllegalArgumentException when the factor is not above 0
  public RopeOverrides withScale(double factor) {
    if (!(factor > 0) || Double.isInfinite(factor)) {
      throw new IllegalArgumentException("--rope-scale must be above 0, but it is " + factor);
    }
    if ((float) (1 / factor) == 0 || Double.isInfinite(1 / factor)) {
      throw new IllegalArgumentException(
          "--rope-scale must be a factor by which a context can grow, but it is " + factor);
    }
    return withFrequencyScale(1 / factor);
  }

  /// The same with `--rope-freq-scale`.
  public RopeOverrides withFrequencyScale(double scale) {
    return new RopeOverrides(
        scalingType,
        frequencyBase,
        OptionalDouble.of(scale),
        yarnOriginalContext,
        yarnExtFactor,
        yarnAttnFactor,
        yarnBetaFast,
        yarnBetaSlow);
  }

  /// The same with `--rope-freq-base`.
  public RopeOverrides withFrequencyBase(double base) {
    return new RopeOverrides(
        scalingType,
        OptionalDouble.of(base),
        frequencyScale,
        yarnOriginalContext,
        yarnExtFactor,
        yarnAttnFactor,
        yarnBetaFast,
        yarnBetaSlow);
  }

  /// The same with `--yarn-orig-ctx`.
  public RopeOverrides withYarnOriginalContext(int tokens) {
    return new RopeOverrides(
        scalingType,
        frequencyBase,
        frequencyScale,
        OptionalInt.of(tokens),
        yarnExtFactor,
        yarnAttnFactor,
        yarnBetaFast,
        yarnBetaSlow);
  }

  /// The same with `--yarn-attn-factor`.
  public RopeOverrides withYarnAttentionFactor(double factor) {
    return new RopeOverrides(
        scalingType,
        frequencyBase,
        frequencyScale,
        yarnOriginalContext,
        yarnExtFactor,
        OptionalDouble.of(factor),
        yarnBetaFast,
        yarnBetaSlow);
  }

  private static OptionalDouble aboveZero(String flag, OptionalDouble value) {
    if (value.isPresent()) {
      requireFinite(flag, value.getAsDouble());
      if (value.getAsDouble() < 0) {
        throw new IllegalArgumentException(
            flag + " must be above 0, but it is " + value.getAsDouble());
      }
      if (value.getAsDouble() > 0 && (float) value.getAsDouble() == 0) {
        throw new IllegalArgumentException(flag + " is too small a number: " + value.getAsDouble());
      }
    }
    return value.orElse(0) == 0 ? OptionalDouble.empty() : value;
  }

  private static OptionalInt aboveZero(String flag, OptionalInt value) {
    if (value.orElse(0) < 0) {
      throw new IllegalArgumentException(flag + " must be above 0, but it is " + value.getAsInt());
    }
    return value.orElse(0) == 0 ? OptionalInt.empty() : value;
  }

  private static OptionalDouble notNegative(String flag, OptionalDouble value) {
    if (value.isPresent()) {
      requireFinite(flag, value.getAsDouble());
    }
    return value.orElse(-1) < 0 ? OptionalDouble.empty() : value;
  }

  private static void requireFinite(String flag, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(flag + " must be a finite number, but it is " + value);
    }
  }
}

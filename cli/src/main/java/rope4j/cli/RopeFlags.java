package rope4j.cli;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import picocli.CommandLine.Option;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.RopeScalingType;
import rope4j.diagnosis.recipe.LlamaCppFlags;
import rope4j.inference.Model;

/// llama.cpp's rotation flags, with its names and meanings.
final class RopeFlags {

  @Option(
      names = "--rope-scaling",
      paramLabel = "TYPE",
      description = "none, linear or yarn; without it what the file says.")
  private Optional<String> scaling = Optional.empty();

  @Option(
      names = "--rope-scale",
      paramLabel = "N",
      description = "Factor by which the context grows: every scaled frequency is divided by it.")
  private Optional<Double> scale = Optional.empty();

  @Option(
      names = "--rope-freq-scale",
      paramLabel = "N",
      description = "The same as 1/N for --rope-scale.")
  private Optional<Double> frequencyScale = Optional.empty();

  @Option(
      names = "--rope-freq-base",
      paramLabel = "N",
      description = "Base of the frequencies (rope_theta).")
  private Optional<Double> frequencyBase = Optional.empty();

  @Option(names = "--yarn-orig-ctx", paramLabel = "N", description = "Trained length, for YaRN.")
  private Optional<Integer> yarnOriginalContext = Optional.empty();

  @Option(
      names = "--yarn-ext-factor",
      paramLabel = "N",
      description = "How much of the unscaled frequency fast pairs keep; -1 decides by the type.")
  private Optional<Double> yarnExtFactor = Optional.empty();

  @Option(
      names = "--yarn-attn-factor",
      paramLabel = "N",
      description =
          "Multiplies cosine and sine. llama.cpp passes over it where YaRN is active; Transformers and"
              + " vLLM read it as YaRN's attention_factor, and patch --config writes it.")
  private Optional<Double> yarnAttnFactor = Optional.empty();

  @Option(
      names = "--yarn-beta-fast",
      paramLabel = "N",
      description = "Pairs that turn more often keep their frequency.")
  private Optional<Double> yarnBetaFast = Optional.empty();

  @Option(
      names = "--yarn-beta-slow",
      paramLabel = "N",
      description = "Pairs that turn less often are interpolated.")
  private Optional<Double> yarnBetaSlow = Optional.empty();

  /// @throws InputException when there are flags, but the model has no rotation they could change
  static void requireRotation(Model model, RopeOverrides flags) {
    if (!flags.equals(RopeOverrides.NONE) && !model.rotates()) {
      throw new InputException(
          "this model has no rotation ("
              + (model.learnedPositions().isPresent()
                  ? "its positions are learned"
                  : "its queries and keys are not rotated")
              + "), so "
              + String.join(" ", LlamaCppFlags.words(flags))
              + " can change nothing; leave the flags out");
    }
  }

  RopeOverrides overrides() {
    if (scale.isPresent() && frequencyScale.isPresent()) {
      throw new InputException(
          "--rope-scale and --rope-freq-scale say the same thing twice; give one of them");
    }
    Optional<RopeScalingType> type =
        scaling.map(name ->
            RopeScalingType.of(name)
                .filter(known -> known != RopeScalingType.LONGROPE)
                .orElseThrow(() ->
                    new InputException(
                        "--rope-scaling " + name + " is not known; known are none, linear, yarn")));
    RopeOverrides overrides =
        new RopeOverrides(
            type,
            real(frequencyBase),
            positive("--rope-freq-scale", frequencyScale),
            yarnOriginalContext.map(OptionalInt::of).orElse(OptionalInt.empty()),
            real(yarnExtFactor),
            real(yarnAttnFactor),
            real(yarnBetaFast),
            real(yarnBetaSlow));
    return scale.isPresent() ? overrides.withScale(scale.get()) : overrides;
  }

  private static OptionalDouble positive(String flag, Optional<Double> value) {
    if (value.isPresent() && !(value.get() > 0)) {
      throw new InputException(flag + " must be above 0, but it is " + value.get());
    }
    return real(value);
  }

  private static OptionalDouble real(Optional<Double> value) {
    return value.map(OptionalDouble::of).orElse(OptionalDouble.empty());
  }
}

package rope4j.diagnosis.recipe;

import java.util.List;
import java.util.Optional;

/// The rotation that is wanted. Each is one scaling: there is no way to ask for a changed base and
/// a factor together.
public sealed interface Extension {

  /// The model's own rotation, whatever that is; nothing but the length is asked for.
  record Native() implements Extension {}

  /// No scaling: the base the model was trained with.
  record Unscaled() implements Extension {}

  /// Every frequency divided by a factor.
  ///
  /// @param factor by which the context grows, above 0
  record Linear(double factor) implements Extension {

    public Linear {
      requireAboveZero("the factor", factor);
    }
  }

  /// Another base (NTK-aware scaling, once its factor is worked out).
  ///
  /// @param base `rope_theta`, above 1
  record RaisedBase(double base) implements Extension {

    public RaisedBase {
      if (!(base > 1) || Double.isInfinite(base)) {
        throw new IllegalArgumentException(
            "the base must be a finite number above 1, but it is " + base);
      }
    }
  }

  /// YaRN.
  ///
  /// @param factor by which the context grows, above 0
  /// @param originalLength tokens the model was trained on
  record Yarn(double factor, int originalLength) implements Extension {

    public Yarn {
      requireAboveZero("the factor", factor);
      requireLength(originalLength);
    }
  }

  /// The scaling of Llama 3.1.
  ///
  /// @param factor by which slow pairs are divided, above 0
  /// @param lowFrequencyFactor pairs with fewer turns than this are divided
  /// @param highFrequencyFactor pairs with more turns than this are kept
  /// @param originalLength tokens the model was trained on at first
  record Llama3(
      double factor, double lowFrequencyFactor, double highFrequencyFactor, int originalLength)
      implements Extension {

    public Llama3 {
      requireAboveZero("the factor", factor);
      requireAboveZero("low_freq_factor", lowFrequencyFactor);
      requireAboveZero("high_freq_factor", highFrequencyFactor);
      requireLength(originalLength);
    }
  }

  /// A divisor for each pair.
  ///
  /// @param shortFactors for contexts up to the original length
  /// @param longFactors for longer ones
  /// @param originalLength tokens the model was trained on at first
  record LongRope(List<Double> shortFactors, List<Double> longFactors, int originalLength)
      implements Extension {

    public LongRope {
      shortFactors = List.copyOf(shortFactors);
      longFactors = List.copyOf(longFactors);
      requireLength(originalLength);
    }
  }

  /// A divisor for each pair in every context, and an attention factor: what a search finds.
  ///
  /// @param divisors what divides each pair's frequency, each above 0
  /// @param attentionFactor multiplies cosine and sine
  /// @param originalLength tokens the model was trained on
  record Divisors(List<Double> divisors, double attentionFactor, int originalLength)
      implements Extension {

    public Divisors {
      divisors = List.copyOf(divisors);
      divisors.forEach(divisor -> requireAboveZero("each divisor", divisor));
      requireAboveZero("the attention factor", attentionFactor);
      requireLength(originalLength);
    }
  }

  /// `rope_type` in Transformers' words; empty for the model's own.
  default Optional<String> type() {
    return switch (this) {
      case Native _ -> Optional.empty();
      case Unscaled _, RaisedBase _ -> Optional.of("default");
      case Linear _ -> Optional.of("linear");
      case Yarn _ -> Optional.of("yarn");
      case Llama3 _ -> Optional.of("llama3");
      case LongRope _, Divisors _ -> Optional.of("longrope");
    };
  }

  /// NTK-aware scaling of a model: its base times `factor^(d / (d - 2))`, where d is the rotary
  /// dimension.
  static Extension ntkAware(RecipeModel model, double factor) {
    requireAboveZero("the factor", factor);
    double d = model.rotaryDimension();
    return new RaisedBase(model.base() * Math.pow(factor, d / (d - 2)));
  }

  /// What to ask for when nothing was measured: the model's own scaling as far as it reaches, else
  /// the same one widened, else YaRN at the smallest whole factor. A scaling that can't be widened
  /// (longrope) is left as it is.
  ///
  /// @param contextLength tokens, at least 1
  static Extension suggested(RecipeModel model, int contextLength) {
    if (contextLength <= model.coveredLength()) {
      return new Native();
    }
    return model
        .own()
        .map(own -> own.widened(contextLength))
        .orElseGet(() ->
            new Yarn(smallestFactor(contextLength, model.trainedLength()), model.trainedLength()));
  }

  /// The smallest whole factor that stretches a trained length over a context.
  static int smallestFactor(int contextLength, int trainedLength) {
    return Math.ceilDiv(contextLength, trainedLength);
  }

  private static void requireAboveZero(String what, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          what + " must be a finite number above 0, but it is " + value);
    }
  }

  private static void requireLength(int length) {
    if (length < 1) {
      throw new IllegalArgumentException(
          "the original length must be at least 1 token, but it is " + length);
    }
  }
}

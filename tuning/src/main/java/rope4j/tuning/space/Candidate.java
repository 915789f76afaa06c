package rope4j.tuning.space;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import rope4j.diagnosis.engine.Engine.Format;
import rope4j.diagnosis.recipe.Extension;
import rope4j.diagnosis.recipe.OwnScaling;
import rope4j.diagnosis.recipe.RecipeModel;
import rope4j.rotation.Frequencies;
import rope4j.rotation.Linear;
import rope4j.rotation.NtkAware;
import rope4j.rotation.Scaling;
import rope4j.rotation.Unscaled;
import rope4j.rotation.Yarn;

/// A rotation that can be measured: what divides each pair's frequency, and the attention factor.
///
/// Divisors and attention factor are float32 numbers in their shortest decimal form, because that
/// is what a GGUF file holds and what is pleasant in a `config.json`: what is measured is what is
/// written.
///
/// @param name for people, for example `YaRN ×4`
/// @param divisors one per pair, each above 0
/// @param attentionFactor multiplies cosine and sine
/// @param startTokens positions below this keep their frequencies; only LongRoPE's own code can do
///   that, so that an engine can run a candidate only where this is 0
/// @param extension the same in an engine's terms, but for start tokens
public record Candidate(
    String name,
    List<Double> divisors,
    double attentionFactor,
    int startTokens,
    Extension extension) {

  public Candidate {
    divisors = List.copyOf(divisors);
    for (double divisor : divisors) {
      if (!(divisor > 0) || Double.isInfinite(divisor)) {
        throw new IllegalArgumentException(
            "each divisor must be a finite number above 0, but one is " + divisor);
      }
    }
    if (!(attentionFactor > 0) || Double.isInfinite(attentionFactor)) {
      throw new IllegalArgumentException(
          "the attention factor must be a finite number above 0, but it is " + attentionFactor);
    }
    if (startTokens < 0) {
      throw new IllegalArgumentException(
          "the number of start tokens must be 0 or more, but it is " + startTokens);
    }
  }

  /// A rule of `rotation` as it rotates this target.
  public static Candidate of(String name, Scaling scaling, Target target) {
    Frequencies scaled = scaling.frequencies(target.parameters(), target.contextLength());
    double[] before = target.parameters().unscaledInverseFrequencies();
    double[] after = scaled.inverse();
    double[] divisors = new double[before.length];
    for (int i = 0; i < divisors.length; i++) {
      divisors[i] = before[i] / after[i];
    }
    Candidate found = of(name, divisors, scaled.attentionFactor(), target);
    return switch (scaling) {
      case Unscaled _ -> found.with(new Extension.Unscaled());
      case Linear linear -> found.with(new Extension.Linear(linear.factor()));
      case NtkAware ntk ->
          found.with(new Extension.RaisedBase(ntk.scaledBase(target.parameters())));
      case rope4j.rotation.CriticalBaseNtk ntk ->
          found.with(new Extension.RaisedBase(ntk.scaledBase(target.parameters())));
      case Yarn yarn when yarn.equals(new Yarn(yarn.factor(), yarn.originalLength())) ->
          found.with(new Extension.Yarn(yarn.factor(), yarn.originalLength()));
      default -> found;
    };
  }

  /// Divisors of one's own.
  public static Candidate of(
      String name, double[] divisors, double attentionFactor, Target target) {
    List<Double> rounded = new ArrayList<>();
    for (double divisor : divisors) {
      rounded.add(float32(divisor));
    }
    double attention = float32(attentionFactor);
    return new Candidate(
        name,
        rounded,
        attention,
        0,
        new Extension.Divisors(rounded, attention, target.trainedLength()));
  }

  /// `1.13`, not the `1.12999999523` that a float32 of it is.
  private static double float32(double value) {
    return Double.parseDouble(Float.toString((float) value));
  }

  private Candidate with(Extension other) {
    return new Candidate(name, divisors, attentionFactor, startTokens, other);
  }

  /// The same with its first tokens as they were trained.
  ///
  /// @param count positions that keep their frequencies, 0 or more
  public Candidate withStartTokens(int count) {
    return new Candidate(name, divisors, attentionFactor, count, extension);
  }

  /// Whether engines can run it.
  public boolean runnable() {
    return startTokens == 0;
  }

  /// The same in terms that a model's engines take. Flags would come on top of a file's tensors of
  /// factors, and some classes load no scaling but longrope: such models get divisors whatever the
  /// rule.
  public Extension extension(RecipeModel model) {
    boolean tensors =
        model.format() == Format.GGUF && model.own().filter(OwnScaling::tensor).isPresent();
    boolean longRopeOnly =
        model.config().filter(config -> config.spelling().longRopeOnly()).isPresent();
    return tensors || longRopeOnly
        ? new Extension.Divisors(divisors, attentionFactor, model.trainedLength())
        : extension;
  }

  /// The same by another name.
  public Candidate named(String other) {
    return new Candidate(other, divisors, attentionFactor, startTokens, extension);
  }

  /// The divisors in a fresh array.
  public double[] factors() {
    return divisors.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /// The same for two candidates exactly when they rotate alike.
  public String key() {
    StringBuilder key = new StringBuilder();
    for (double divisor : divisors) {
      key.append(Integer.toHexString(Float.floatToIntBits((float) divisor))).append(',');
    }
    key.append(Integer.toHexString(Float.floatToIntBits((float) attentionFactor)));
    return startTokens == 0 ? key.toString() : key + "," + startTokens;
  }

  @Override
  public String toString() {
    return name
        + " "
        + Arrays.toString(factors())
        + " × "
        + attentionFactor
        + " from "
        + startTokens;
  }
}

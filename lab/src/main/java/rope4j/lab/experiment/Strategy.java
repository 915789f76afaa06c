package rope4j.lab.experiment;

import java.util.OptionalDouble;
import rope4j.rotation.AttentionScaled;
import rope4j.rotation.CriticalBaseNtk;
import rope4j.rotation.Hope;
import rope4j.rotation.Linear;
import rope4j.rotation.NtkAware;
import rope4j.rotation.NtkByParts;
import rope4j.rotation.Scaling;
import rope4j.rotation.Unscaled;
import rope4j.rotation.Yarn;

/// A scaling put on a trained model.
///
/// @param name what the file calls it
/// @param method the rule
/// @param betaFast turns within the trained length from which a pair is kept; of the rules by parts
/// @param betaSlow turns up to which a pair is interpolated; of the rules by parts
/// @param temperature `c` of the attention factor `1 + c ln(factor)`; 0 for none
public record Strategy(
    String name, Method method, double betaFast, double betaSlow, double temperature) {

  /// The rule that gives the frequencies.
  public enum Method {
    UNSCALED,
    LINEAR,
    NTK_AWARE,
    CRITICAL_BASE,
    BY_PARTS,
    /// The ramp over the pair's index, as engines compute YaRN.
    BY_INDEX,
    HOPE
  }

  /// As trained.
  public static final Strategy UNSCALED = new Strategy("unscaled", Method.UNSCALED, 4, 1, 0);

  public Strategy {
    if (!(betaFast > betaSlow && betaSlow > 0)) {
      throw new IllegalArgumentException(
          "betaFast must be above betaSlow and both above 0, but they are "
              + betaFast
              + " and "
              + betaSlow);
    }
    if (!(temperature >= 0) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException(
          "the temperature must be 0 or more, but it is " + temperature);
    }
  }

  /// Whether it does anything.
  public boolean scales() {
    return method != Method.UNSCALED || temperature > 0;
  }

  /// The scaling for a factor.
  ///
  /// @param factor context length over trained length, at least 1
  /// @param trainedLength tokens the model was trained on
  public Scaling scaling(double factor, int trainedLength) {
    Scaling rule =
        switch (method) {
          case UNSCALED -> new Unscaled();
          case LINEAR -> new Linear(factor);
          case NTK_AWARE -> new NtkAware(factor);
          case CRITICAL_BASE ->
              new CriticalBaseNtk(trainedLength, (int) Math.round(factor * trainedLength));
          case BY_PARTS -> new NtkByParts(factor, trainedLength, betaFast, betaSlow);
          case BY_INDEX ->
              new Yarn(factor, trainedLength, betaFast, betaSlow, true, 1, OptionalDouble.of(1));
          case HOPE -> new Hope(trainedLength);
        };
    return temperature == 0 ? rule : new AttentionScaled(rule, 1 + temperature * Math.log(factor));
  }
}

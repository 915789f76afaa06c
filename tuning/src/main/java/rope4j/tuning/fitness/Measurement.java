package rope4j.tuning.fitness;

import java.util.List;
import java.util.stream.DoubleStream;

/// What one prefill of a window says about a rotation.
///
/// @param text mean NLL of blocks of positions past the trained length, nats
/// @param needles mean NLL of each needle's answer, nats; empty without needles
/// @param damage mean divergence from the original rotation's predictions within the trained
///   length, nats
public record Measurement(List<Double> text, List<Double> needles, double damage) {

  public Measurement {
    text = List.copyOf(text);
    needles = List.copyOf(needles);
  }

  /// The loss, nats: the mean of text, of needles, or of both means.
  public double loss(Objective objective) {
    return switch (objective) {
      case NLL -> mean(values(text));
      case NEEDLE -> mean(values(needles));
      case BOTH -> (mean(values(text)) + mean(values(needles))) / 2;
    };
  }

  private static double[] values(List<Double> list) {
    return list.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /// The loss over several windows, nats.
  public static double loss(List<Measurement> windows, Objective objective) {
    return mean(losses(windows, objective));
  }

  /// The losses of several windows, in order. Within a window what is read early bears on what
  /// follows, so that nothing smaller than a window may be taken as independent.
  public static double[] losses(List<Measurement> windows, Objective objective) {
    return windows.stream().mapToDouble(window -> window.loss(objective)).toArray();
  }

  /// The damage over several windows, nats.
  public static double damage(List<Measurement> windows) {
    return windows.stream().mapToDouble(Measurement::damage).average().orElseThrow();
  }

  private static double mean(double[] values) {
    return DoubleStream.of(values).average().orElseThrow();
  }
}

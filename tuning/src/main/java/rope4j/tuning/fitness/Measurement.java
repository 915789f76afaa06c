package rope4j.tuning.fitness;

import java.util.Arrays;
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

  /// Values that may be taken as independent and whose mean is the loss: blocks of text, needles,
  /// or for both one value.
  public double[] losses(Objective objective) {
    return switch (objective) {
      case NLL -> values(text);
      case NEEDLE -> values(needles);
      case BOTH -> new double[] {(mean(values(text)) + mean(values(needles))) / 2};
    };
  }

  private static double[] values(List<Double> list) {
    return list.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /// The loss over several windows, nats.
  public static double loss(List<Measurement> windows, Objective objective) {
    return mean(losses(windows, objective));
  }

  /// The independent values of several windows, in order.
  public static double[] losses(List<Measurement> windows, Objective objective) {
    return windows.stream()
        .flatMapToDouble(window -> Arrays.stream(window.losses(objective)))
        .toArray();
  }

  /// The damage over several windows, nats.
  public static double damage(List<Measurement> windows) {
    return windows.stream().mapToDouble(Measurement::damage).average().orElseThrow();
  }

  private static double mean(double[] values) {
    return DoubleStream.of(values).average().orElseThrow();
  }
}

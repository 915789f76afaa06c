package rope4j.diagnosis.probe.check;

import java.util.Optional;

/// A property that must hold whatever the weights are, and whether it does.
///
/// @param name what must hold
/// @param detail where it was tried
/// @param difference largest difference found, nats
/// @param allowed largest difference that rounding explains, nats; empty where the difference is
///   reported and not judged
public record SelfCheck(String name, String detail, double difference, Optional<Double> allowed) {

  /// Whether it holds, or is not judged.
  public boolean passed() {
    return allowed.isEmpty() || difference <= allowed.get();
  }
}

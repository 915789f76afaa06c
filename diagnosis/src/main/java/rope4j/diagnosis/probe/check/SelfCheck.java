package rope4j.diagnosis.probe.check;

/// A property that must hold whatever the weights are, and whether it does.
///
/// @param name what must hold
/// @param detail where it was tried
/// @param difference largest difference found, nats
/// @param allowed largest difference that rounding explains, nats
public record SelfCheck(String name, String detail, double difference, double allowed) {

  /// Whether it holds.
  public boolean passed() {
    return difference <= allowed;
  }
}

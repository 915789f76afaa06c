package rope4j.diagnosis.rules;

import java.util.List;
import java.util.Optional;
import rope4j.checkpoint.Evidence;
import rope4j.diagnosis.rules.Finding.Severity;

/// What a rule found in one place.
///
/// @param message one sentence about this model, with its numbers
/// @param evidence the keys and values that show it; at least one
/// @param remedy what to do, with the text to paste
/// @param severity when it differs from the rule's own
public record Hit(
    String message, List<Evidence> evidence, String remedy, Optional<Severity> severity) {

  public Hit {
    evidence = List.copyOf(evidence);
    if (evidence.isEmpty()) {
      throw new IllegalArgumentException("a finding needs evidence: " + message);
    }
  }

  /// A hit of the rule's own severity.
  static Hit of(String message, List<Evidence> evidence, String remedy) {
    return new Hit(message, evidence, remedy, Optional.empty());
  }

  /// The same at another severity.
  Hit as(Severity other) {
    return new Hit(message, evidence, remedy, Optional.of(other));
  }
}

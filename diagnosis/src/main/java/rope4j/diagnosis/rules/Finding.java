package rope4j.diagnosis.rules;

import java.util.List;
import java.util.stream.Collectors;
import rope4j.checkpoint.Evidence;

/// Something a user should know, with its evidence and what to do.
///
/// @param id stable name
/// @param severity how much it matters
/// @param message one sentence
/// @param evidence what was seen, as `key = value`
/// @param remedy what to do; may be empty
/// @param why what it does to the model's output; may be empty
/// @param places where the evidence stands; empty for what was measured
public record Finding(
    String id,
    Severity severity,
    String message,
    String evidence,
    String remedy,
    String why,
    List<Evidence> places) {

  /// How much a finding matters.
  public enum Severity {
    /// The result can't be trusted.
    ERROR,
    /// Something is likely wrong.
    WARNING,
    /// Good to know.
    NOTE
  }

  public Finding {
    places = List.copyOf(places);
  }

  /// What was measured.
  public Finding(String id, Severity severity, String message, String evidence, String remedy) {
    this(id, severity, message, evidence, remedy, "", List.of());
  }

  /// What stands in a file or on a command line.
  public Finding(
      String id,
      Severity severity,
      String message,
      List<Evidence> places,
      String remedy,
      String why) {
    this(
        id,
        severity,
        message,
        places.stream().map(Evidence::toString).collect(Collectors.joining("; ")),
        remedy,
        why,
        places);
  }
}

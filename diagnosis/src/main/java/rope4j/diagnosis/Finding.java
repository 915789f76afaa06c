package rope4j.diagnosis;

/// Something a user should know, with its evidence and what to do.
///
/// @param id stable name
/// @param severity how much it matters
/// @param message one sentence
/// @param evidence what was seen, as `key = value`
/// @param remedy what to do; may be empty
public record Finding(
    String id, Severity severity, String message, String evidence, String remedy) {

  /// How much a finding matters.
  public enum Severity {
    /// The result can't be trusted.
    ERROR,
    /// Something is likely wrong.
    WARNING,
    /// Good to know.
    NOTE
  }
}

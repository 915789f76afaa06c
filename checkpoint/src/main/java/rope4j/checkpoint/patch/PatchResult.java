package rope4j.checkpoint.patch;

import java.util.List;
import java.util.Optional;

/// What a patch did.
///
/// @param edits one a change, in the patch's order
/// @param bytes length of the file written
public record PatchResult(List<Edit> edits, long bytes) {

  public PatchResult {
    edits = List.copyOf(edits);
  }

  /// One key or tensor before and after.
  ///
  /// @param key a key, a key's path in a config.json, or a tensor's name
  /// @param from empty where it is new
  /// @param to empty where it is gone
  public record Edit(String key, Optional<Value> from, Optional<Value> to) {}

  /// A value on one side of an edit.
  ///
  /// @param text as it is written
  /// @param json what it is: a [String], a number, a [Boolean], a map or a list of such values;
  ///   empty for null
  public record Value(String text, Optional<Object> json) {

    /// A value that is shown as it is.
    static Value of(Object value) {
      return new Value(String.valueOf(value), Optional.of(value));
    }
  }
}

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

  /// One key or tensor before and after, as text.
  ///
  /// @param key a key, a key's path in a config.json, or a tensor's name
  /// @param from empty where it is new
  /// @param to empty where it is gone
  public record Edit(String key, Optional<String> from, Optional<String> to) {}
}

package rope4j.diagnosis.launch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.MetadataValue;

/// Which of `--override-kv` llama.cpp passes over: keys of another architecture, and values of
/// another type than it asks for.
final class KeyOverrideCheck {

  private static final Set<String> WHOLE =
      Set.of("context_length", "rope.dimension_count", "rope.scaling.original_context_length");

  private static final Set<String> TEXT = Set.of("rope.scaling.type");

  private KeyOverrideCheck() {}

  /// A sentence for each.
  static List<String> ignored(GgufFile file, String architecture, Map<String, Object> overrides) {
    List<String> warnings = new ArrayList<>();
    overrides.forEach(
        (key, value) -> ignored(file, architecture, key, value).ifPresent(warnings::add));
    return warnings;
  }

  /// Why one is passed over; empty when it is read.
  static Optional<String> ignored(GgufFile file, String architecture, String key, Object value) {
    if (key.matches(".*\\.(rope\\..*|context_length)") && !key.startsWith(architecture + ".")) {
      return Optional.of(
          "--override-kv " + key + " is never read: the file's architecture is " + architecture);
    }
    String given = type(value);
    return asked(file, architecture, key)
        .filter(asked -> !asked.equals(given))
        .map(asked ->
            "--override-kv "
                + key
                + " is passed over: llama.cpp asks for the type "
                + asked
                + ", but it is given as "
                + given);
  }

  private static Optional<String> asked(GgufFile file, String architecture, String key) {
    if (key.startsWith(architecture + ".")) {
      String suffix = key.substring(architecture.length() + 1);
      if (WHOLE.contains(suffix)) {
        return Optional.of("int");
      }
      if (TEXT.contains(suffix)) {
        return Optional.of("str");
      }
      if (suffix.startsWith("rope.freq_base")
          || suffix.startsWith("rope.scaling.yarn_")
          || Set.of("rope.scaling.factor", "rope.scaling.attn_factor", "rope.scale_linear")
              .contains(suffix)) {
        return Optional.of("float");
      }
    }
    return file.metadata().get(key).flatMap(KeyOverrideCheck::type);
  }

  private static Optional<String> type(MetadataValue value) {
    return switch (value) {
      case MetadataValue.Int _ -> Optional.of("int");
      case MetadataValue.Real _ -> Optional.of("float");
      case MetadataValue.Bool _ -> Optional.of("bool");
      case MetadataValue.Text _ -> Optional.of("str");
      case MetadataValue.Array _ -> Optional.empty();
    };
  }

  private static String type(Object value) {
    return switch (value) {
      case Long _ -> "int";
      case Double _ -> "float";
      case Boolean _ -> "bool";
      default -> "str";
    };
  }
}

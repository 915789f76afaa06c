package rope4j.checkpoint;

import java.util.OptionalInt;

/// Where a value comes from.
///
/// @param file name of the file, for example `config.json`; empty for a default or a command line
/// @param key the key, outermost first, for example `text_config.rope_scaling.factor` or
///   `llama.context_length`; the flag for a command line
/// @param value as it stands there, at most 80 characters of it
/// @param line the key's line in a text file, from 1
/// @param origin who says so
public record Evidence(String file, String key, String value, OptionalInt line, Origin origin) {

  /// Longest value that is shown, characters.
  private static final int LONGEST = 80;

  public Evidence {
    String shown = value.length() > LONGEST ? value.substring(0, LONGEST - 1) + "…" : value;
    value = shown.replaceAll("\\p{Cntrl}", "?");
  }

  /// Who says so.
  public enum Origin {
    /// It stands in the file.
    FILE,
    /// The user's command line or environment.
    LAUNCH,
    /// The file is silent; the engine's or the model class's default.
    DEFAULT,
    /// Worked out from other values.
    DERIVED
  }

  /// What stands in a file.
  public static Evidence file(String file, String key, String value, OptionalInt line) {
    return new Evidence(file, key, value, line, Origin.FILE);
  }

  /// What stands on a command line.
  public static Evidence launch(String flag, String value) {
    return new Evidence("", flag, value, OptionalInt.empty(), Origin.LAUNCH);
  }

  /// What holds because the file is silent.
  public static Evidence byDefault(String key, String value) {
    return new Evidence("", key, value, OptionalInt.empty(), Origin.DEFAULT);
  }

  /// What follows from other values.
  public static Evidence derived(String key, String value) {
    return new Evidence("", key, value, OptionalInt.empty(), Origin.DERIVED);
  }

  /// For example `rope_scaling.factor = 8.0 (config.json:12)`.
  @Override
  public String toString() {
    String place =
        switch (origin) {
          case FILE -> line.isPresent() ? file + ":" + line.getAsInt() : file;
          case LAUNCH -> "command line";
          case DEFAULT -> "default";
          case DERIVED -> "derived";
        };
    return key + " = " + value + " (" + place + ")";
  }
}

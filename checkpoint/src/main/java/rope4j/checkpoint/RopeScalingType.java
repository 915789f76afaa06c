package rope4j.checkpoint;

import java.util.Locale;
import java.util.Optional;

/// The scaling llama.cpp is told to use: `--rope-scaling`, or `rope.scaling.type` of a file.
public enum RopeScalingType {
  /// No scale of frequencies, whatever the file says.
  NONE,
  /// Frequencies times the frequency scale; also what a file without a type means.
  LINEAR,
  /// YaRN.
  YARN,
  /// Frequency factors for short and for long contexts; the factors are tensors of the file.
  LONGROPE;

  /// The name in flags and files, for example `yarn`.
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The type of a name; empty when there is none of that name.
  public static Optional<RopeScalingType> of(String label) {
    for (RopeScalingType type : values()) {
      if (type.label().equals(label)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}

package rope4j.checkpoint.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/// Whose reading of a configuration is meant.
public enum Dialect {
  /// Hugging Face Transformers 5.16.
  TRANSFORMERS("Transformers"),
  /// vLLM, August 2026.
  VLLM("vLLM"),
  /// llama.cpp, August 2026, after its own converter.
  LLAMA_CPP("llama.cpp"),
  /// The papers behind the methods; differs from Transformers in YaRN's ramp.
  PAPER("the paper");

  private final String title;

  Dialect(String title) {
    this.title = title;
  }

  /// The name on the command line and in JSON, for example `llama.cpp`.
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '.');
  }

  /// The name in a sentence, for example `vLLM`.
  public String title() {
    return title;
  }

  /// The dialect of a label.
  ///
  /// @throws IllegalArgumentException when there is none of that name
  public static Dialect of(String label) {
    for (Dialect dialect : values()) {
      if (dialect.label().equals(label.toLowerCase(Locale.ROOT))) {
        return dialect;
      }
    }
    throw new IllegalArgumentException(
        "the dialect "
            + label
            + " is not known; known are "
            + Arrays.stream(values()).map(Dialect::label).collect(Collectors.joining(", ")));
  }
}

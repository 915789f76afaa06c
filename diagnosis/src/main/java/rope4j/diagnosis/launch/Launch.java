package rope4j.diagnosis.launch;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.RopeOverrides;
import rope4j.diagnosis.engine.Engine;

/// How a user starts an engine: the command line, environment or Modelfile, understood.
///
/// @param engine the engine it starts
/// @param contextLength tokens asked for (`-c`, `--max-model-len`, `--context-length`, `num_ctx`);
///   empty when it is left to the engine
/// @param rotation llama.cpp's rotation flags (also KoboldCpp's `--ropeconfig`)
/// @param keyOverrides llama.cpp's `--override-kv`, key to value
/// @param configOverrides vLLM's `--hf-overrides` and `--rope-scaling`/`--rope-theta`, SGLang's
///   `--json-model-override-args`: the object merged into `config.json`
/// @param options every flag as it was given, in order, by its long name without dashes; a flag
///   without a value has an empty one
/// @param environment variables set before the command
public record Launch(
    Engine engine,
    OptionalInt contextLength,
    RopeOverrides rotation,
    Map<String, Object> keyOverrides,
    Map<String, @Nullable Object> configOverrides,
    Map<String, List<String>> options,
    Map<String, String> environment) {

  /// Reads a command line, a shell command with variables before it, or the text of a Modelfile.
  ///
  /// @throws IllegalArgumentException when it starts no known engine or a value can't be read
  public static Launch parse(String text) {
    throw new UnsupportedOperationException("being written: " + text);
  }

  /// Whether a flag was given.
  public boolean has(String option) {
    return options.containsKey(option);
  }

  /// The last value given for a flag.
  public Optional<String> value(String option) {
    List<String> values = options.getOrDefault(option, List.of());
    return values.isEmpty() ? Optional.empty() : Optional.of(values.getLast());
  }
}

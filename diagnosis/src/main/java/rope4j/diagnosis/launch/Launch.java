package rope4j.diagnosis.launch;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.RopeOverrides;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.launch.Arguments.Flag;

/// How a user starts an engine: the command line, environment or Modelfile, understood.
///
/// ```java
/// Launch launch = Launch.parse("llama-server -m qwen3-8b.gguf -c 131072 -np 4");
/// launch.contextLength(); // 131072
/// ```
///
/// @param engine the engine it starts
/// @param contextLength tokens asked for (`-c`, `--max-model-len`, `--context-length`, `num_ctx`);
///   empty when it is left to the engine
/// @param rotation llama.cpp's rotation flags (also KoboldCpp's `--ropeconfig`)
/// @param keyOverrides llama.cpp's `--override-kv`, key to [Long], [Double], [Boolean] or [String]
/// @param configOverrides vLLM's `--hf-overrides` and `--rope-scaling`/`--rope-theta`, SGLang's
///   `--json-model-override-args`, Transformers' arguments: the object merged into `config.json`
/// @param options every flag as it was given, in order, by its long name without dashes; a flag
///   without a value has an empty one. Environment variables that say the same as a flag stand
///   before it. A model that stands alone is `model`; Ollama's parameters and Python's arguments
///   keep their underscores
/// @param environment variables set before the command
public record Launch(
    Engine engine,
    OptionalInt contextLength,
    RopeOverrides rotation,
    Map<String, Object> keyOverrides,
    Map<String, @Nullable Object> configOverrides,
    Map<String, List<String>> options,
    Map<String, String> environment) {

  public Launch {
    keyOverrides = Collections.unmodifiableMap(new LinkedHashMap<>(keyOverrides));
    configOverrides = Collections.unmodifiableMap(new LinkedHashMap<>(configOverrides));
    options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
  }

  /// Reads a command line, a shell command with variables before it, the text of a Modelfile, or a
  /// call of `from_pretrained`. Nothing of it is run.
  ///
  /// @throws IllegalArgumentException when it starts no known engine or a value can't be read
  public static Launch parse(String text) {
    return LaunchReader.read(text);
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

  /// The model that is named: `-m`, what follows `serve`, `FROM`.
  public Optional<String> modelArgument() {
    return value("model").or(() -> value("model-path")).or(() -> value("hf-repo"));
  }

  /// Requests that share the context (`--parallel`, `OLLAMA_NUM_PARALLEL`); empty when it is left
  /// to the engine.
  ///
  /// @throws IllegalArgumentException when it is no number
  public OptionalInt parallel() {
    String option = engine == Engine.OLLAMA ? "num_parallel" : "parallel";
    Optional<String> value = value(option);
    return value.isPresent() ? Values.tokens(new Flag(option, value.get())) : OptionalInt.empty();
  }

  /// [#keyOverrides] without those that llama.cpp passes over: keys of another architecture and
  /// values of another type than it asks for.
  ///
  /// @param architecture the file's `general.architecture`
  public Map<String, Object> keyOverridesRead(GgufFile file, String architecture) {
    Map<String, Object> read = new LinkedHashMap<>(keyOverrides);
    read.entrySet()
        .removeIf(given ->
            KeyOverrideCheck.ignored(file, architecture, given.getKey(), given.getValue())
                .isPresent());
    return read;
  }

  /// The type of the keys in the cache, as the engine calls it; empty when it is left to the
  /// engine.
  public Optional<String> cacheTypeK() {
    return cacheType("cache-type-k");
  }

  /// The type of the values in the cache.
  public Optional<String> cacheTypeV() {
    return cacheType("cache-type-v");
  }

  private Optional<String> cacheType(String llamaCpp) {
    return switch (engine) {
      case VLLM, SGLANG -> value("kv-cache-dtype");
      case OLLAMA -> value("kv_cache_type");
      case KOBOLDCPP ->
          value("quantkv")
              .map(level ->
                  switch (level) {
                    case "0" -> "f16";
                    case "1" -> "q8_0";
                    case "2" -> "q4_0";
                    default -> level;
                  });
      default -> value(llamaCpp);
    };
  }

  /// Whether an environment variable is set and not switched off.
  public boolean environmentFlag(String name) {
    return Arguments.isOn(environment.getOrDefault(name, ""));
  }

  /// A flag that was given, as evidence: its last value, under the variable's name where that is
  /// what was set.
  ///
  /// @throws IllegalArgumentException when it was not given
  public Evidence describe(String option) {
    String value =
        value(option)
            .orElseThrow(() -> new IllegalArgumentException("there is no " + spelled(option)));
    Optional<String> variable =
        OptionTable.of(engine).options().stream()
            .filter(known -> known.name().equals(option))
            .map(OptionTable.Option::variable)
            .filter(environment::containsKey)
            .findFirst();
    boolean once = options.getOrDefault(option, List.of()).size() == 1;
    return Evidence.launch(once ? variable.orElse(spelled(option)) : spelled(option), value);
  }

  /// As a user writes it: Ollama's and Python's names have no dashes before them.
  static String spelled(String option) {
    return option.contains("_") && !option.contains(".") ? option : "--" + option;
  }
}

package rope4j.diagnosis.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.ModelFacts;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.RopeScalingType;
import rope4j.checkpoint.json.JsonWriter;
import rope4j.diagnosis.launch.Launch;
import rope4j.diagnosis.rules.ConfigSection.OnLaunch;
import rope4j.diagnosis.text.Figures;
import rope4j.diagnosis.text.NestedKeys;
import rope4j.diagnosis.text.Shell;

/// What a command line does to a model's rotation and length.
///
/// @param launch the command line
/// @param facts what the model's files say
record LaunchedRope(Launch launch, ModelFacts facts) {

  static Optional<LaunchedRope> of(Subject subject) {
    return subject.launch().map(launch -> new LaunchedRope(launch, subject.facts()));
  }

  /// The flag that carries changes of `config.json`, for example `--hf-overrides`; empty for
  /// arguments that have the keys' own names.
  private String overrideFlag() {
    return Stream.of("hf-overrides", "json-model-override-args", "rope-scaling")
        .filter(flag ->
            launch.options().keySet().stream()
                .anyMatch(given -> given.equals(flag) || given.startsWith(flag + ".")))
        .findFirst()
        .map(flag -> "--" + flag)
        .orElse("");
  }

  /// The dictionaries merged into `config.json`, at any depth, as they are given.
  List<ConfigSection> overrides() {
    List<ConfigSection> found = new ArrayList<>();
    collect(
        new ConfigSection(
            new OnLaunch(overrideFlag()), List.of(), launch.configOverrides(), Optional.empty()),
        found);
    return found;
  }

  private static void collect(ConfigSection section, List<ConfigSection> found) {
    section
        .keys()
        .keySet()
        .forEach(key ->
            section
                .object(key)
                .ifPresent(inner -> {
                  if (ConfigSection.DICTIONARIES.contains(key)) {
                    found.add(inner);
                  } else {
                    collect(inner, found);
                  }
                }));
  }

  /// The base the command line asks for; empty when it leaves the file's.
  OptionalDouble base() {
    for (ConfigSection override : overrides()) {
      if (override.number("rope_theta").isPresent()) {
        return override.number("rope_theta");
      }
    }
    if (launch.configOverrides().get("rope_theta") instanceof Number theta) {
      return OptionalDouble.of(theta.doubleValue());
    }
    return launch.rotation().frequencyBase().isPresent()
        ? launch.rotation().frequencyBase()
        : keyOverride("rope.freq_base");
  }

  /// Where that base stands.
  Evidence baseEvidence() {
    String value = Figures.number(base().orElse(0));
    if (launch.rotation().frequencyBase().isPresent()) {
      return Evidence.launch(launch.has("ropeconfig") ? "--ropeconfig" : "--rope-freq-base", value);
    }
    return keyOverride("rope.freq_base").isPresent()
        ? Evidence.launch(
            "--override-kv " + facts.architecture().value() + ".rope.freq_base", value)
        : Evidence.launch(
            launch.has("rope-theta") ? "--rope-theta" : (overrideFlag() + " rope_theta").strip(),
            value);
  }

  /// The factor by which the command line scales; empty when it does not, or leaves the file's.
  OptionalDouble factor() {
    for (ConfigSection override : overrides()) {
      if (override.number("factor").isPresent() && !override.ropeType().equals("default")) {
        return override.number("factor");
      }
    }
    OptionalDouble scale = launch.rotation().frequencyScale();
    return scale.isPresent()
        ? OptionalDouble.of(1 / scale.getAsDouble())
        : keyOverride("rope.scaling.factor");
  }

  /// Whether it scales with YaRN.
  boolean yarn() {
    return launch.rotation().scalingType().filter(RopeScalingType.YARN::equals).isPresent()
        || "yarn".equals(launch.keyOverrides().get(key("rope.scaling.type")))
        || overrides().stream().anyMatch(override -> override.ropeType().equals("yarn"));
  }

  /// The flags and overrides that scale.
  List<Evidence> scalingEvidence() {
    List<Evidence> places = new ArrayList<>();
    for (ConfigSection override : overrides()) {
      places.add(override.evidence());
    }
    if (places.isEmpty() && names(launch.configOverrides())) {
      places.add(
          Evidence.launch(
              overrideFlag().isEmpty() ? "override" : overrideFlag(),
              JsonWriter.line(launch.configOverrides())));
    }
    for (String flag :
        List.of(
            "rope-scaling",
            "rope-scale",
            "rope-freq-scale",
            "rope-freq-base",
            "ropeconfig",
            "yarn-orig-ctx",
            "yarn-ext-factor",
            "yarn-attn-factor",
            "yarn-beta-fast",
            "yarn-beta-slow")) {
      if (places.isEmpty() || overrides().isEmpty()) {
        launch.value(flag).ifPresent(value -> places.add(Evidence.launch("--" + flag, value)));
      }
    }
    launch
        .keyOverrides()
        .forEach((key, value) -> {
          if (key.contains(".rope.")) {
            places.add(Evidence.launch("--override-kv " + key, JsonWriter.line(value)));
          }
        });
    return places;
  }

  /// Whether it changes the frequencies at all.
  boolean changesRotation() {
    return base().isPresent()
        || !launch.rotation().equals(RopeOverrides.NONE)
        || launch.keyOverrides().keySet().stream().anyMatch(key -> key.contains(".rope."))
        || names(launch.configOverrides());
  }

  /// Whether an override has a rope dictionary at any depth, be it null.
  private static boolean names(Map<?, ?> keys) {
    return keys.entrySet().stream()
        .anyMatch(entry ->
            ConfigSection.DICTIONARIES.contains(String.valueOf(entry.getKey()))
                || (entry.getValue() instanceof Map<?, ?> inner && names(inner)));
  }

  /// The longest position that its scaling is made for; empty when that can't be said.
  OptionalDouble reach() {
    OptionalDouble factor = factor();
    if (factor.isEmpty()
        || overrides().stream().anyMatch(override -> override.ropeType().equals("dynamic"))) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(factor.getAsDouble() * original());
  }

  private double original() {
    for (ConfigSection override : overrides()) {
      OptionalDouble own = override.number("original_max_position_embeddings");
      if (own.isPresent()) {
        return own.getAsDouble();
      }
    }
    OptionalDouble key = keyOverride("rope.scaling.original_context_length");
    return launch.rotation().yarnOriginalContext().isPresent()
        ? launch.rotation().yarnOriginalContext().getAsInt()
        : key.orElse(facts.trainedLength().value());
  }

  /// A number given by `--override-kv` for a key of the model's architecture.
  OptionalDouble keyOverride(String suffix) {
    return launch.keyOverrides().get(key(suffix)) instanceof Number number
        ? OptionalDouble.of(number.doubleValue())
        : OptionalDouble.empty();
  }

  private String key(String suffix) {
    return facts.architecture().value() + "." + suffix;
  }

  /// The length that the command line writes into the model's configuration.
  OptionalDouble lengthOverride() {
    OptionalDouble key = keyOverride("context_length");
    if (key.isPresent()) {
      return key;
    }
    Map<String, @Nullable Object> at = launch.configOverrides();
    if (at.get("text_config") instanceof Map<?, ?> inner) {
      at = ConfigSection.object(inner);
    }
    return at.get("max_position_embeddings") instanceof Number length
        ? OptionalDouble.of(length.doubleValue())
        : OptionalDouble.empty();
  }

  /// An argument of `from_pretrained`.
  private static String python(List<String> path, Map<String, @Nullable Object> values) {
    return path.getFirst()
        + "="
        + JsonWriter.line(NestedKeys.inside(path.subList(1, path.size()), values))
            .replace(": true", ": True")
            .replace(": false", ": False")
            .replace(": null", ": None");
  }

  /// An object inside others, the outermost key first, ready to paste.
  String pasted(List<String> path, Map<String, @Nullable Object> values) {
    String json = JsonWriter.line(NestedKeys.inside(path, values));
    return switch (overrideFlag()) {
      case "" -> python(path, values);
      // That flag takes a dictionary of the outermost level only.
      case "--rope-scaling" -> "--hf-overrides " + Shell.quoted(json);
      case String flag -> flag + " " + Shell.quoted(json);
    };
  }
}

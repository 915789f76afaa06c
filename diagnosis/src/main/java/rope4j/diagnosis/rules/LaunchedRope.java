package rope4j.diagnosis.rules;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.ModelFacts;
import rope4j.checkpoint.RopeScalingType;
import rope4j.diagnosis.launch.Launch;

/// What a command line does to a model's rotation and length.
///
/// @param launch the command line
/// @param facts what the model's files say
record LaunchedRope(Launch launch, ModelFacts facts) {

  private static final Set<String> BLOCKS = Set.of("rope_scaling", "rope_parameters");

  /// A scaling object that is merged into `config.json`.
  ///
  /// @param path where it goes, outermost first
  /// @param values its content
  record Override(List<String> path, Map<String, @Nullable Object> values) {

    String name() {
      return path.getLast();
    }

    String type() {
      return values.get("rope_type") instanceof String type
          ? type
          : values.get("type") instanceof String old ? old : "default";
    }

    OptionalDouble number(String key) {
      return values.get(key) instanceof Number number
          ? OptionalDouble.of(number.doubleValue())
          : OptionalDouble.empty();
    }
  }

  static Optional<LaunchedRope> of(Subject subject) {
    return subject.launch().map(launch -> new LaunchedRope(launch, subject.facts()));
  }

  /// The flag that carries changes of `config.json`, for example `--hf-overrides`.
  String overrideFlag() {
    for (String flag : List.of("hf-overrides", "json-model-override-args", "rope-scaling")) {
      if (launch.has(flag)) {
        return "--" + flag;
      }
    }
    return launch.options().keySet().stream()
        .filter(flag -> flag.startsWith("hf-overrides."))
        .map(flag -> "--" + flag)
        .findFirst()
        .orElse("--rope-theta");
  }

  /// The scaling objects merged into `config.json`, at any depth.
  List<Override> overrides() {
    List<Override> found = new ArrayList<>();
    collect(List.of(), launch.configOverrides(), found);
    return found;
  }

  private static void collect(
      List<String> path, Map<String, @Nullable Object> map, List<Override> found) {
    map.forEach((key, value) -> {
      if (value instanceof Map<?, ?> inner) {
        List<String> deeper = new ArrayList<>(path);
        deeper.add(key);
        if (BLOCKS.contains(key)) {
          found.add(new Override(List.copyOf(deeper), object(inner)));
        } else {
          collect(deeper, object(inner), found);
        }
      }
    });
  }

  @SuppressWarnings("unchecked")
  private static Map<String, @Nullable Object> object(Map<?, ?> map) {
    return (Map<String, @Nullable Object>) map;
  }

  /// The base the command line asks for; empty when it leaves the file's.
  OptionalDouble base() {
    for (Override override : overrides()) {
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
    String value = JsonText.number(base().orElse(0));
    if (launch.rotation().frequencyBase().isPresent()) {
      return Evidence.launch(launch.has("ropeconfig") ? "--ropeconfig" : "--rope-freq-base", value);
    }
    return keyOverride("rope.freq_base").isPresent()
        ? Evidence.launch(
            "--override-kv " + facts.architecture().value() + ".rope.freq_base", value)
        : Evidence.launch(
            launch.has("rope-theta") ? "--rope-theta" : overrideFlag() + " rope_theta", value);
  }

  /// The factor by which the command line scales; empty when it does not, or leaves the file's.
  OptionalDouble factor() {
    for (Override override : overrides()) {
      if (override.number("factor").isPresent() && !override.type().equals("default")) {
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
        || overrides().stream().anyMatch(override -> override.type().equals("yarn"));
  }

  /// The flags and overrides that scale.
  List<Evidence> scalingEvidence() {
    List<Evidence> places = new ArrayList<>();
    for (Override override : overrides()) {
      places.add(evidence(override));
    }
    for (String flag :
        List.of("rope-scaling", "rope-scale", "rope-freq-scale", "rope-freq-base", "ropeconfig")) {
      if (overrides().isEmpty()) {
        launch.value(flag).ifPresent(value -> places.add(Evidence.launch("--" + flag, value)));
      }
    }
    launch
        .keyOverrides()
        .forEach((key, value) -> {
          if (key.contains(".rope.")) {
            places.add(Evidence.launch("--override-kv " + key, JsonText.shortened(value)));
          }
        });
    return places;
  }

  /// Where a scaling object stands.
  Evidence evidence(Override override) {
    return Evidence.launch(
        launch.has("rope-scaling")
            ? "--rope-scaling"
            : overrideFlag() + " " + String.join(".", override.path()),
        JsonText.shortened(override.values()));
  }

  /// Whether it changes the frequencies at all.
  boolean changesRotation() {
    return base().isPresent() || factor().isPresent() || yarn() || !overrides().isEmpty();
  }

  /// The longest position that its scaling is made for; empty when that can't be said.
  OptionalDouble reach() {
    OptionalDouble factor = factor();
    if (factor.isEmpty()
        || overrides().stream().anyMatch(override -> override.type().equals("dynamic"))) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(factor.getAsDouble() * original());
  }

  private double original() {
    for (Override override : overrides()) {
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
      at = object(inner);
    }
    return at.get("max_position_embeddings") instanceof Number length
        ? OptionalDouble.of(length.doubleValue())
        : OptionalDouble.empty();
  }

  /// The flag with an object in it, ready to paste.
  String pasted(List<String> path, Map<String, @Nullable Object> values) {
    Object value = values;
    for (String key : path.reversed()) {
      Map<String, @Nullable Object> around = new LinkedHashMap<>();
      around.put(key, value);
      value = around;
    }
    return overrideFlag() + " '" + JsonText.of(value) + "'";
  }
}

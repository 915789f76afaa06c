package rope4j.inference.source;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.Metadata;
import rope4j.checkpoint.MetadataType;
import rope4j.checkpoint.MetadataValue;
import rope4j.checkpoint.config.HuggingFaceConfig;
import rope4j.inference.source.Family.Key;
import rope4j.inference.source.Family.Only;

/// A folder's hyper-parameters by GGUF's keys.
record FolderKeys(HuggingFaceConfig config, Family family) {

  private static final String[] ACTIVATIONS = {
    "hidden_activation", "hidden_act", "activation_function", "activation"
  };

  /// @throws CheckpointException when the file asks for something else than the architecture does
  void requireSupported() {
    if (get("quantization_config").or(() -> config.json().get("quantization_config")).orElse(null)
        instanceof Map<?, ?> quantization) {
      throw new CheckpointException(
          "config.json: the weights are quantized (quantization_config says "
              + Shown.text(quantization.get("quant_method"))
              + "), but from a folder this engine runs F32, F16, BF16 only; take the unquantized"
              + " model, or a GGUF file of it");
    }
    for (Only only : family.only()) {
      Optional<Object> value = get(only.name());
      if (value.isPresent() && only.values().stream().noneMatch(one -> same(value.get(), one))) {
        throw new CheckpointException(
            "config.json: "
                + only.name()
                + " is "
                + Shown.text(value.get())
                + ", but this engine runs such models with "
                + String.join(" or ", only.values())
                + " only");
      }
    }
  }

  private static boolean same(Object value, String word) {
    return value instanceof Number number && Character.isDigit(word.charAt(0))
        ? number.doubleValue() == Double.parseDouble(word)
        : String.valueOf(value).equals(word);
  }

  /// What stands between the two products of a feed-forward network, in the words of the file;
  /// empty when it is silent.
  Optional<String> activation() {
    for (String key : ACTIVATIONS) {
      Optional<Object> value = get(key);
      if (value.isPresent()) {
        return Optional.of(Shown.text(value.get()).toLowerCase(Locale.ROOT));
      }
    }
    return Optional.empty();
  }

  Metadata metadata() {
    SequencedMap<String, MetadataValue> pairs = new LinkedHashMap<>();
    pairs.put("general.architecture", new MetadataValue.Text(family.architecture()));
    for (Key key : family.keys()) {
      pairs.put(family.architecture() + "." + key.suffix(), value(key));
    }
    return Metadata.of(pairs);
  }

  private MetadataValue value(Key key) {
    return switch (key.type()) {
      case FLAG -> new MetadataValue.Bool(flag(key));
      case COUNT ->
          new MetadataValue.Int(
              MetadataType.INT32,
              key.name()
                  .map(name -> count(Integer.parseInt(key.otherwise()), name))
                  .orElseGet(() -> Integer.parseInt(key.otherwise())));
      case REAL -> {
        double real = real(key.name(), Double.parseDouble(key.otherwise()));
        if (key.inverseRoot() && !(real > 0)) {
          throw wrong(key.name().orElse(key.suffix()), real, "a number above 0");
        }
        yield new MetadataValue.Real(
            MetadataType.FLOAT64, key.inverseRoot() ? 1 / Math.sqrt(real) : real);
      }
    };
  }

  private boolean flag(Key key) {
    return switch (key.name().flatMap(this::get).orElse(null)) {
      case null -> Boolean.parseBoolean(key.otherwise());
      case Boolean flag -> flag;
      case Object other -> throw wrong(key.name().orElseThrow(), other, "true or false");
    };
  }

  /// What the norms add.
  double epsilon() {
    double epsilon = real(family.epsilonKey(), family.epsilon());
    if (!(epsilon >= 0)) {
      throw wrong(family.epsilonKey().orElse(""), epsilon, "a small number from 0");
    }
    return epsilon;
  }

  private double real(Optional<String> name, double otherwise) {
    if (name.isEmpty() || !has(name.get())) {
      return otherwise;
    }
    return switch (get(name.get()).orElse(null)) {
      case null -> 0;
      case Number number when Double.isFinite(number.doubleValue()) -> number.doubleValue();
      case Object other -> throw wrong(name.get(), other, "a finite number");
    };
  }

  /// The first of some keys that is set: a whole number from 0.
  int count(int otherwise, String... spellings) {
    for (String name : spellings) {
      Optional<Object> value = get(name);
      if (value.isPresent()) {
        double number = value.get() instanceof Number given ? given.doubleValue() : -1;
        if (!(number >= 0 && number <= Integer.MAX_VALUE) || number != Math.rint(number)) {
          throw wrong(name, value.get(), "a whole number from 0");
        }
        return (int) number;
      }
    }
    return otherwise;
  }

  /// Whether the file says so itself.
  Optional<Boolean> stated(String key) {
    return get(key)
        .or(() -> config.json().get(key))
        .filter(Boolean.class::isInstance)
        .map(Boolean.class::cast);
  }

  private boolean has(String key) {
    return config.json().has(path(key));
  }

  private Optional<Object> get(String key) {
    return config.json().get(path(key));
  }

  private String[] path(String key) {
    List<String> path = new ArrayList<>(config.textPath());
    path.addAll(List.of(key.split("\\.", -1)));
    return path.toArray(String[]::new);
  }

  static CheckpointException wrong(String key, Object value, String allowed) {
    return new CheckpointException(
        "config.json: " + key + " must be " + allowed + ", but it is " + Shown.text(value));
  }
}

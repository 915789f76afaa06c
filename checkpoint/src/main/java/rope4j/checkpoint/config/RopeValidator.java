package rope4j.checkpoint.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.config.ConfigWarning.Kind;
import rope4j.checkpoint.config.ModelClass.Conversion;

/// What Transformers refuses and what it only warns about.
///
/// Source: Transformers `modeling_rope_utils.py`, `validate_rope` and its functions a type;
/// `models/phi3/configuration_phi3.py`, `models/phimoe/configuration_phimoe.py`.
final class RopeValidator {

  private static final String ORIGINAL = RopeNormaliser.ORIGINAL;

  /// Keys a rope type needs and keys it may have beside `rope_type` and `partial_rotary_factor`.
  private record Keys(Set<String> required, Set<String> optional) {}

  private static final Map<String, Keys> KEYS =
      Map.of(
          "default",
          new Keys(Set.of(), Set.of("rope_theta")),
          "linear",
          new Keys(Set.of("factor"), Set.of("rope_theta")),
          "dynamic",
          new Keys(Set.of("factor"), Set.of("rope_theta")),
          "yarn",
          new Keys(
              Set.of("factor", ORIGINAL),
              Set.of(
                  "rope_theta",
                  "attention_factor",
                  "beta_fast",
                  "beta_slow",
                  "mscale",
                  "mscale_all_dim",
                  "truncate")),
          "longrope",
          new Keys(
              Set.of("short_factor", "long_factor", ORIGINAL),
              Set.of("rope_theta", "attention_factor", "factor")),
          "llama3",
          new Keys(
              Set.of("factor", ORIGINAL, "low_freq_factor", "high_freq_factor", "rope_theta"),
              Set.of()),
          "proportional",
          new Keys(Set.of("rope_theta"), Set.of()));

  /// Keys that a class reads by itself.
  private static final Map<Conversion, Set<String>> OWN_KEYS =
      Map.of(
          Conversion.MROPE,
          Set.of("mrope_section"),
          Conversion.SECTIONS,
          Set.of("mrope_section"),
          Conversion.INTERLEAVED_SECTIONS,
          Set.of("mrope_section", "mrope_interleaved"),
          Conversion.MISTRAL3,
          Set.of("llama_4_scaling_beta", "max_position_embeddings"),
          Conversion.MISTRAL4,
          Set.of("llama_4_scaling_beta", "max_position_embeddings"),
          Conversion.XDROPE,
          Set.of("alpha", "mrope_section", "beta_fast", "beta_slow", "mscale", "mscale_all_dim"));

  private final TextConfig config;
  private final List<ConfigWarning> warnings = new ArrayList<>();

  RopeValidator(TextConfig config) {
    this.config = config;
  }

  List<ConfigWarning> validate(Map<String, @Nullable Object> rope, boolean nested) {
    if (nested) {
      for (String layerType : rope.keySet()) {
        new ConfigKeys(rope).object(layerType).ifPresent(entry -> check(entry, layerType));
      }
    } else {
      check(rope, "");
    }
    switch (config.modelClass().conversion()) {
      case PHI3 -> checkPhi3(rope);
      case PHIMOE -> checkPhiMoe(rope);
      default -> {}
    }
    return warnings;
  }

  private void check(Map<String, @Nullable Object> rope, String layerType) {
    String type = RopeNormaliser.type(rope);
    Keys expected = KEYS.get(type);
    if (expected == null) {
      warn(
          Kind.UNKNOWN_TYPE,
          "rope_type \"" + type + "\" is unknown to Transformers, which can't build the model");
      return;
    }
    checkKeys(rope, type, expected);
    ConfigKeys keys = new ConfigKeys(rope);
    switch (type) {
      case "linear" -> checkFactor(keys);
      case "dynamic" -> {
        checkFactor(keys);
        if (config.declaredLength().isEmpty()) {
          throw new MissingKeyException(
              "rope_type \"dynamic\" needs max_position_embeddings, the length from which it scales");
        }
      }
      case "yarn" -> checkYarn(keys);
      case "longrope" -> checkLongRope(keys, layerType);
      case "llama3" -> checkLlama3(keys);
      case "proportional" -> {
        if (!keys.isSet("partial_rotary_factor")) {
          warn(
              Kind.NO_PARTIAL,
              "rope_type \"proportional\" without partial_rotary_factor rotates the whole head");
        }
      }
      default -> {}
    }
  }

  private void checkKeys(Map<String, @Nullable Object> rope, String type, Keys expected) {
    Set<String> own = OWN_KEYS.getOrDefault(config.modelClass().conversion(), Set.of());
    Set<String> missing = new TreeSet<>(expected.required());
    missing.removeAll(rope.keySet());
    if (!missing.isEmpty()) {
      throw new MissingKeyException(
          "rope_type \""
              + type
              + "\" needs "
              + String.join(", ", missing)
              + " in rope_parameters (rope_scaling)");
    }
    Set<String> unknown = new HashSet<>(rope.keySet());
    unknown.removeAll(Set.of("type", "rope_type", "partial_rotary_factor"));
    unknown.removeAll(own);
    unknown.removeAll(expected.required());
    unknown.removeAll(expected.optional());
    if (!unknown.isEmpty()) {
      warn(
          Kind.UNRECOGNISED_KEYS,
          "rope_type \""
              + type
              + "\" does not read "
              + String.join(", ", new TreeSet<>(unknown))
              + " of rope_parameters (rope_scaling)");
    }
  }

  private void checkFactor(ConfigKeys keys) {
    Object factor = keys.values().get("factor");
    if (!(factor instanceof Number number) || number.doubleValue() < 1) {
      warn(Kind.OUT_OF_RANGE, "factor should be a number from 1 on, but it is " + factor);
    }
  }

  private void checkYarn(ConfigKeys keys) {
    checkFactor(keys);
    Object attention = keys.values().get("attention_factor");
    if (attention != null && !(attention instanceof Double number && number >= 0)) {
      warn(
          Kind.OUT_OF_RANGE,
          "attention_factor should be a number with a point, 0.0 or more, but it is " + attention);
    }
    for (String key : new String[] {"beta_fast", "beta_slow"}) {
      Object beta = keys.values().get(key);
      if (beta != null && !(beta instanceof Number)) {
        warn(Kind.OUT_OF_RANGE, key + " should be a number, but it is " + beta);
        return;
      }
    }
    double fast = orWhenZero(keys.number("beta_fast"), 32);
    double slow = orWhenZero(keys.number("beta_slow"), 1);
    if (fast < slow) {
      warn(
          Kind.ORDER,
          "beta_fast should not be below beta_slow, but they are " + fast + " and " + slow);
    }
    double original = originalLength(keys);
    double ratio = config.maxPositionEmbeddings() / original;
    double factor = keys.values().get("factor") instanceof Number n ? n.doubleValue() : Double.NaN;
    if (ratio != factor && ratio != 1) {
      warn(
          Kind.FACTOR_MISMATCH,
          "factor is "
              + keys.values().get("factor")
              + ", but max_position_embeddings / original_max_position_embeddings is "
              + ratio
              + "; Transformers goes by the factor");
    }
  }

  private void checkLongRope(ConfigKeys keys, String layerType) {
    double partial = keys.number("partial_rotary_factor").orElse(1);
    int expected = (int) (config.headDimension(layerType) * partial) / 2;
    for (String key : new String[] {"short_factor", "long_factor"}) {
      int length = numbers(keys, key).size();
      if (length != expected) {
        warn(Kind.LIST_LENGTH, lengthMessage(key, expected, length));
      }
    }
    if (!keys.isSet("factor")) {
      warn(
          Kind.RATIO_DECIDES,
          "rope_type \"longrope\" has no factor; its attention factor comes from"
              + " max_position_embeddings / original_max_position_embeddings");
    } else {
      checkFactor(keys);
    }
    Object attention = keys.values().get("attention_factor");
    if (attention != null && !(attention instanceof Number number && number.doubleValue() >= 0)) {
      warn(Kind.OUT_OF_RANGE, "attention_factor should be 0 or more, but it is " + attention);
    }
  }

  private static String lengthMessage(String key, int expected, int length) {
    return key + " must have " + expected + " values, one per pair, but it has " + length;
  }

  private void checkLlama3(ConfigKeys keys) {
    checkFactor(keys);
    OptionalDouble low = keys.number("low_freq_factor");
    OptionalDouble high = keys.number("high_freq_factor");
    if (low.isEmpty() || high.isEmpty()) {
      throw ConfigKeys.wrong(
          low.isEmpty() ? "low_freq_factor" : "high_freq_factor", null, "a number");
    }
    if (high.getAsDouble() <= low.getAsDouble()) {
      warn(
          Kind.ORDER,
          "high_freq_factor should be above low_freq_factor, but they are "
              + high.getAsDouble()
              + " and "
              + low.getAsDouble());
    }
    double original = originalLength(keys);
    if (!(keys.values().get(ORIGINAL) instanceof Long)) {
      warn(Kind.OUT_OF_RANGE, ORIGINAL + " should be a whole number, but it is " + original);
    }
    if (original >= config.maxPositionEmbeddings()) {
      warn(
          Kind.OUT_OF_RANGE,
          ORIGINAL
              + " should be below max_position_embeddings, but they are "
              + keys.values().get(ORIGINAL)
              + " and "
              + config.maxPositionEmbeddings());
    }
  }

  private static double originalLength(ConfigKeys keys) {
    OptionalDouble original = keys.number(ORIGINAL);
    if (original.isEmpty() || !(original.getAsDouble() > 0)) {
      throw ConfigKeys.wrong(ORIGINAL, keys.values().get(ORIGINAL), "a number of tokens above 0");
    }
    return original.getAsDouble();
  }

  private void checkPhi3(Map<String, @Nullable Object> rope) {
    String type = RopeNormaliser.type(rope);
    if (!type.equals("default") && !type.equals("longrope")) {
      throw new CheckpointException(
          "the rope_type of "
              + config.modelType()
              + " must be default or longrope, but it is "
              + type);
    }
    ConfigKeys keys = new ConfigKeys(rope);
    double partial = keys.number("partial_rotary_factor").orElse(1);
    int expected = (int) (config.headDimension("") * partial) / 2;
    for (String key : new String[] {"short_factor", "long_factor"}) {
      if (keys.isSet(key) && numbers(keys, key).size() != expected) {
        throw new CheckpointException(lengthMessage(key, expected, numbers(keys, key).size()));
      }
    }
  }

  private static void checkPhiMoe(Map<String, @Nullable Object> rope) {
    ConfigKeys keys = new ConfigKeys(rope);
    if (RopeNormaliser.type(rope).equals("default")) {
      return;
    }
    for (String key : new String[] {"short_mscale", "long_mscale"}) {
      if (keys.number(key).isEmpty()) {
        throw ConfigKeys.wrong(key, null, "a number for phimoe");
      }
    }
  }

  private static List<?> numbers(ConfigKeys keys, String key) {
    if (!(keys.values().get(key) instanceof List<?> list)
        || !list.stream().allMatch(Number.class::isInstance)) {
      throw ConfigKeys.wrong(key, keys.values().get(key), "a list of numbers");
    }
    return list;
  }

  private static double orWhenZero(OptionalDouble value, double otherwise) {
    return value.orElse(0) == 0 ? otherwise : value.getAsDouble();
  }

  private void warn(Kind kind, String message) {
    warnings.add(new ConfigWarning(kind, message));
  }
}

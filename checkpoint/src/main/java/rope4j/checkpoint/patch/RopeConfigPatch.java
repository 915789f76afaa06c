package rope4j.checkpoint.patch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.RopeScalingType;
import rope4j.checkpoint.config.Dialect;
import rope4j.checkpoint.config.HuggingFaceConfig;
import rope4j.checkpoint.config.LayerRope;
import rope4j.checkpoint.config.RopeReading;
import rope4j.checkpoint.patch.ConfigPatch.Literal;
import rope4j.checkpoint.patch.ConfigPatch.Remove;
import rope4j.checkpoint.patch.FactorTensors.Llama3Rule;

/// A rotation as the rope dictionary of a `config.json`: complete, with `rope_type`, its base and
/// its original length, in the spelling of Transformers 4, 5, or both.
///
/// Transformers 4 reads `rope_scaling` and a `rope_theta` beside it, Transformers 5
/// `rope_parameters` with the base inside; but version 5 takes a `rope_scaling` that holds anything
/// in place of `rope_parameters`. So with both spellings both say the same, and that they do is
/// checked by reading the result in every way.
public final class RopeConfigPatch {

  /// For which version of Transformers.
  public enum Spelling {
    V4,
    V5,
    BOTH
  }

  private static final String PARTIAL = "partial_rotary_factor";

  private final byte[] original;
  private final HuggingFaceConfig config;
  private final RopeOverrides flags;
  private final OptionalInt contextLength;
  private final Optional<Llama3Rule> rule;
  private final Spelling spelling;
  private final ConfigPaths paths;
  private final ExistingRope existing;
  private final byte[] reset;

  private RopeConfigPatch(
      byte[] original,
      RopeOverrides flags,
      OptionalInt contextLength,
      Optional<Llama3Rule> rule,
      Spelling spelling) {
    this.original = original.clone();
    this.config = HuggingFaceConfig.parse("config.json", original);
    this.contextLength = contextLength;
    this.rule = rule;
    this.spelling = spelling;
    this.paths = ConfigPaths.of(original);
    this.existing = new ExistingRope(paths);
    this.flags = keepTrainedBase(flags);
    this.reset = reset();
  }

  /// The document with another rotation.
  ///
  /// @param original a `config.json`
  /// @param flags the rotation in llama.cpp's words; what is not given stays as it is
  /// @param contextLength the length to advertise (`max_position_embeddings`), tokens; empty for
  ///   the one it has
  /// @param rule Llama 3.1's rule in place of the flags' scaling
  /// @param spelling for which version of Transformers
  /// @throws CheckpointException when the document describes no language model, or what is asked
  ///   for can't be said in it
  public static ConfigPatch of(
      byte[] original,
      RopeOverrides flags,
      OptionalInt contextLength,
      Optional<Llama3Rule> rule,
      Spelling spelling) {
    RopeConfigPatch made = new RopeConfigPatch(original, flags, contextLength, rule, spelling);
    made.requireOneDictionary();
    ConfigPatch patch = made.patch();
    made.check(patch.apply(original));
    return patch;
  }

  /// HunYuan was trained with the base that its `alpha` makes, and `alpha` goes with its type.
  private RopeOverrides keepTrainedBase(RopeOverrides asked) {
    boolean kept = type(asked).equals(existing.type());
    if (kept || asked.frequencyBase().isPresent() || !existing.inForce().containsKey("alpha")) {
      return asked;
    }
    LayerRope trained = full(reading(original, RopeOverrides.NONE).layers());
    return trained.frequencies().pairs() < 2
        ? asked
        : asked.withFrequencyBase(
            Math.pow(trained.frequencies().inverse(1), -trained.rotaryDimension() / 2.0));
  }

  /// The document with no scaling at all: what its base and its layers are by themselves.
  private byte[] reset() {
    ConfigPatch patch = ConfigPatch.NONE.with(new Remove(paths.of(ExistingRope.SCALING)));
    Map<String, Object> plain = new LinkedHashMap<>();
    plain.put("rope_type", "default");
    plain.putAll(existing.kept(false));
    if (existing.inForce().containsKey(ExistingRope.THETA)) {
      plain.put(ExistingRope.THETA, existing.inForce().get(ExistingRope.THETA));
    }
    if (existing.isNested()) {
      patch =
          patch.with(
              new ConfigPatch.Set(paths.of(ExistingRope.PARAMETERS, ExistingRope.FULL), plain));
    } else if (plain.size() > 1 || !paths.object(ExistingRope.PARAMETERS).isEmpty()) {
      patch = patch.with(new ConfigPatch.Set(paths.of(ExistingRope.PARAMETERS), plain));
    }
    return patch.apply(original);
  }

  // What it gets.

  private ConfigPatch patch() {
    List<LayerRope> layers = reading(reset, RopeOverrides.NONE).layers();
    LayerRope full = full(layers);
    Object theta = theta(full.base());
    Map<String, Object> block = block();
    boolean plain = "default".equals(block.get("rope_type"));
    ConfigPatch patch = attentionFactorGoes() ? withoutAttentionFactors() : ConfigPatch.NONE;
    if (contextLength.isPresent()) {
      patch = set(patch, paths.lengthKey(), (long) contextLength.getAsInt());
    }
    if (flags.yarnOriginalContext().isPresent() && paths.has(ExistingRope.ORIGINAL)) {
      patch = set(patch, ExistingRope.ORIGINAL, (long) flags.yarnOriginalContext().getAsInt());
    }
    String thetaKey = paths.thetaKey();
    if (spelling != Spelling.V5) {
      Map<String, Object> old = new LinkedHashMap<>(block);
      Object partial = old.remove(PARTIAL);
      patch = set(patch, thetaKey, theta);
      if (partial != null && !paths.has(PARTIAL)) {
        patch = set(patch, PARTIAL, partial);
      }
      if (!plain || old.size() > 1) {
        patch = set(patch, ExistingRope.SCALING, old);
      } else if (paths.has(ExistingRope.SCALING)) {
        patch = set(patch, ExistingRope.SCALING, new Literal("null"));
      }
    } else {
      patch = patch.with(new Remove(paths.of(ExistingRope.SCALING)));
    }
    if (spelling != Spelling.V4) {
      Map<String, Object> parameters = new LinkedHashMap<>(block);
      parameters.put(ExistingRope.THETA, theta);
      patch =
          set(
              patch,
              ExistingRope.PARAMETERS,
              full.layerType().isPresent() ? each(layers, parameters) : parameters);
    } else {
      patch = patch.with(new Remove(paths.of(ExistingRope.PARAMETERS)));
    }
    return spelling == Spelling.V5 ? patch.with(new Remove(paths.of(thetaKey))) : patch;
  }

  private ConfigPatch set(ConfigPatch patch, String key, Object value) {
    return patch.with(new ConfigPatch.Set(paths.of(key), value));
  }

  /// One dictionary a layer type; flags reach full attention alone.
  private Map<String, Object> each(List<LayerRope> layers, Map<String, Object> full) {
    Map<String, Object> all = new LinkedHashMap<>();
    Map<String, Object> given =
        existing.isNested() ? paths.object(ExistingRope.PARAMETERS) : Map.of();
    for (LayerRope layer : layers) {
      String type = layer.layerType().orElseThrow();
      Map<String, Object> plain = new LinkedHashMap<>();
      plain.put("rope_type", layer.ropeType());
      plain.put(ExistingRope.THETA, layer.base());
      all.put(type, type.equals(ExistingRope.FULL) ? full : given.getOrDefault(type, plain));
    }
    given.forEach(all::putIfAbsent);
    return all;
  }

  /// The base, spelled as it was where it stays.
  private Object theta(double base) {
    Object written =
        existing
            .inForce()
            .getOrDefault(ExistingRope.THETA, paths.literal(paths.thetaKey()).orElse(null));
    if (flags.frequencyBase().isEmpty()) {
      return written == null ? (Object) base : written;
    }
    double asked = flags.frequencyBase().getAsDouble();
    boolean whole =
        written instanceof Literal(String json)
            && json.chars().allMatch(Character::isDigit)
            && asked == Math.rint(asked)
            && asked < 1e15;
    return whole ? (Object) (long) asked : (Object) asked;
  }

  private String type() {
    return type(flags);
  }

  private String type(RopeOverrides flags) {
    if (rule.isPresent()) {
      return "llama3";
    }
    if (flags.scalingType().isPresent()) {
      RopeScalingType type = flags.scalingType().get();
      return type == RopeScalingType.NONE ? "default" : type.label();
    }
    boolean unscaled = existing.type().equals("default");
    return unscaled && flags.frequencyScale().isPresent() ? "linear" : existing.type();
  }

  private Map<String, Object> block() {
    String type = type();
    boolean same = type.equals(existing.type()) && rule.isEmpty();
    Map<String, Object> kept = existing.kept(same);
    if (attentionFactorGoes()) {
      kept.keySet().removeAll(ExistingRope.ATTENTION_FACTORS);
    }
    Map<String, Object> block = new LinkedHashMap<>();
    block.put("rope_type", type);
    if (rule.isPresent()) {
      block.put("factor", rule.get().factor());
      block.put("low_freq_factor", rule.get().low());
      block.put("high_freq_factor", rule.get().high());
      block.put(ExistingRope.ORIGINAL, (long) rule.get().originalLength().orElse(trainedLength()));
    }
    if (flags.frequencyScale().isPresent() && !type.equals("default")) {
      block.put("factor", 1 / flags.frequencyScale().getAsDouble());
    } else if (!kept.containsKey("factor") && Set.of("linear", "yarn").contains(type)) {
      throw new CheckpointException(
          "rope_type " + type + " needs a factor; give --rope-scale, for example --rope-scale 4");
    }
    if (type.equals("yarn")) {
      block.put(ExistingRope.ORIGINAL, (long) flags.yarnOriginalContext().orElse(trainedLength()));
      flags.yarnBetaFast().ifPresent(beta -> block.put("beta_fast", beta));
      flags.yarnBetaSlow().ifPresent(beta -> block.put("beta_slow", beta));
      flags.yarnAttnFactor().ifPresent(factor -> block.put("attention_factor", factor));
    } else if (same && Set.of("llama3", "longrope").contains(type)) {
      block.put(ExistingRope.ORIGINAL, (long) flags.yarnOriginalContext().orElse(trainedLength()));
    }
    requireReadable(type);
    kept.forEach(block::putIfAbsent);
    return block;
  }

  /// An attention factor was worked out for the old factor, so it goes with it.
  private boolean attentionFactorGoes() {
    boolean otherFactor =
        flags.frequencyScale().isPresent()
            && existing
                .number("factor")
                .filter(old -> sameFactor(old, 1 / flags.frequencyScale().getAsDouble()))
                .isEmpty();
    return otherFactor || !type().equals(existing.type()) || rule.isPresent();
  }

  private static boolean sameFactor(double one, double other) {
    return Math.abs(one - other) <= 1e-6 * Math.abs(one);
  }

  /// Each as a change of its own, so that it is shown.
  private ConfigPatch withoutAttentionFactors() {
    ConfigPatch patch = ConfigPatch.NONE;
    for (String key : ExistingRope.ATTENTION_FACTORS) {
      patch =
          patch
              .with(new Remove(paths.of(ExistingRope.SCALING, key)))
              .with(new Remove(paths.of(ExistingRope.PARAMETERS, key)))
              .with(new Remove(paths.of(ExistingRope.PARAMETERS, ExistingRope.FULL, key)));
    }
    return patch;
  }

  /// Transformers 4 has one dictionary for all layers, and version 5 would go by it.
  private void requireOneDictionary() {
    if (existing.isNested() && spelling != Spelling.V5) {
      throw new CheckpointException(
          "rope_parameters has a dictionary for each type of layer, which Transformers 4 can't read;"
              + " give --transformers 5");
    }
  }

  private void requireReadable(String type) {
    if (flags.yarnExtFactor().isPresent()) {
      throw new CheckpointException(
          "Transformers reads no key for --yarn-ext-factor; leave it away");
    }
    boolean ofYarn =
        flags.yarnBetaFast().isPresent()
            || flags.yarnBetaSlow().isPresent()
            || flags.yarnAttnFactor().isPresent();
    if (ofYarn && !type.equals("yarn")) {
      throw new CheckpointException(
          "Transformers reads YaRN's betas and attention factor under rope_type yarn only, but it is "
              + type
              + "; add --rope-scaling yarn or leave them away");
    }
  }

  /// The length that another type's dictionary names is that type's own.
  private int trainedLength() {
    boolean sameType = type().equals(existing.type());
    return Optional.ofNullable(existing.inForce().get(ExistingRope.ORIGINAL))
        .filter(_ -> sameType)
        .flatMap(paths::count)
        .or(() -> paths.literal(ExistingRope.ORIGINAL).flatMap(paths::count))
        .orElseGet(config::maxPositionEmbeddings);
  }

  // What an engine makes of it.

  private void check(byte[] patched) {
    List<byte[]> views = new ArrayList<>(List.of(patched));
    if (spelling == Spelling.BOTH) {
      views.add(
          ConfigPatch.NONE.with(new Remove(paths.of(ExistingRope.PARAMETERS))).apply(patched));
      views.add(ConfigPatch.NONE.with(new Remove(paths.of(ExistingRope.SCALING))).apply(patched));
    }
    List<LayerRope> expected = expected(patched);
    for (byte[] view : views) {
      List<LayerRope> found = reading(view, RopeOverrides.NONE).layers();
      boolean alike = found.size() == expected.size();
      for (int i = 0; alike && i < found.size(); i++) {
        alike = alike(expected.get(i), found.get(i));
      }
      if (!alike) {
        throw new CheckpointException(
            "a config.json of model_type \""
                + config.modelType()
                + "\" can't say this rotation so that "
                + (spelling == Spelling.BOTH
                    ? "Transformers 4 and 5 read the same; try --transformers 4 or --transformers 5"
                    : "Transformers reads it; use the engine's own flags"));
      }
    }
  }

  /// What the flags mean for the old document; for Llama 3.1's rule, which has no flags, what the
  /// new one means in its plainest spelling.
  private List<LayerRope> expected(byte[] patched) {
    if (rule.isPresent()) {
      return reading(patched, RopeOverrides.NONE).layers();
    }
    byte[] old = attentionFactorGoes() ? withoutAttentionFactors().apply(original) : original;
    RopeOverrides complete =
        type().equals("yarn") && flags.yarnOriginalContext().isEmpty()
            ? flags.withYarnOriginalContext(trainedLength())
            : flags;
    return reading(type().equals(existing.type()) ? old : reset, complete).layers();
  }

  private RopeReading reading(byte[] document, RopeOverrides overrides) {
    int length = contextLength.orElseGet(config::maxPositionEmbeddings);
    return RopeReading.of(
        HuggingFaceConfig.parse("config.json", document),
        Dialect.TRANSFORMERS,
        OptionalInt.of(length),
        overrides);
  }

  private static boolean alike(LayerRope ours, LayerRope theirs) {
    return ours.layerType().equals(theirs.layerType())
        && ours.headDimension() == theirs.headDimension()
        && ours.rotaryDimension() == theirs.rotaryDimension()
        && Rotations.alike(ours.frequencies(), theirs.frequencies());
  }

  private static LayerRope full(List<LayerRope> layers) {
    return layers.stream()
        .filter(layer -> layer.layerType().equals(Optional.of(ExistingRope.FULL)))
        .findFirst()
        .orElse(layers.getFirst());
  }
}

package rope4j.checkpoint.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.Stated;
import rope4j.checkpoint.config.ModelClass.Conversion;

/// The rotation of full attention in a `config.json`: what Transformers' normalisation gives, and
/// the key of the file that it came from.
final class FolderRope {

  /// Classes that know positions otherwise, or not at all.
  private static final Set<String> UNROTATED =
      Set.of(
          "bart",
          "bert",
          "bloom",
          "ctrl",
          "gpt2",
          "gpt_bigcode",
          "gpt_neo",
          "jais",
          "jamba",
          "mamba",
          "mamba2",
          "mpt",
          "nemotron_h",
          "opt",
          "roberta",
          "rwkv",
          "t5",
          "whisper",
          "xglm");

  private final StatedKeys keys;
  private final TextConfig text;
  private final Map<String, @Nullable Object> dictionary;

  /// Where the dictionary of full attention may stand, what counts most first.
  private final List<String> places = new ArrayList<>();

  FolderRope(StatedKeys keys, TextConfig text) {
    this.keys = keys;
    this.text = text;
    this.dictionary = normalised(text);
    for (String block : new String[] {"rope_scaling", "rope_parameters"}) {
      for (String layer :
          new String[] {"." + RopeNormaliser.FULL, "." + RopeNormaliser.SLIDING, ""}) {
        if (keys.isFilled(block + layer)) {
          places.add(block + layer + ".");
        }
      }
      if (!places.isEmpty() && !text.modelClass().conversion().perLayerType()) {
        // A filled rope_scaling replaces rope_parameters.
        return;
      }
    }
  }

  /// Empty where Transformers refuses the configuration.
  private static Map<String, @Nullable Object> normalised(TextConfig text) {
    try {
      NormalisedRope rope = RopeNormaliser.normaliseLeniently(text);
      if (!rope.nested()
          && !(text.modelClass().conversion().perLayerType()
              && rope.of(RopeNormaliser.FULL).isPresent())) {
        return rope.ropeParameters();
      }
      return rope.of(RopeNormaliser.FULL)
          .or(() -> rope.of(RopeNormaliser.SLIDING))
          .orElse(Map.of());
    } catch (CheckpointException e) {
      return Map.of();
    }
  }

  /// `rope_theta`; empty for a model without rotation.
  Optional<Stated<Double>> base() {
    List<String> candidates = inside("rope_theta");
    if (text.modelClass().conversion() == Conversion.NEOX) {
      candidates.add("rotary_emb_base");
    }
    candidates.addAll(
        List.of("rope_theta", "global_rope_theta", "rotary_emb_base", "attn_config.rope_theta"));
    Optional<Stated<Double>> stated = agreeing("rope_theta", candidates);
    if (stated.isPresent()) {
      return stated;
    }
    if (UNROTATED.contains(text.modelType()) || keys.isTrue("alibi")) {
      return Optional.empty();
    }
    double base = new ConfigKeys(dictionary).number("rope_theta").orElse(text.modelClass().base());
    return Optional.of(new Stated<>(base, keys.silent("rope_theta", base)));
  }

  /// The type as it is spelt.
  Stated<String> type() {
    List<String> candidates = new ArrayList<>();
    for (String place : places) {
      candidates.add(place + "rope_type");
      candidates.add(place + "type");
    }
    return keys.text(candidates.toArray(String[]::new))
        .orElseGet(() -> {
          String type = RopeNormaliser.type(dictionary);
          return new Stated<>(type, keys.silent("rope_type", type));
        });
  }

  Optional<Stated<Double>> factor() {
    Optional<Stated<Double>> stated = keys.number(inside("factor").toArray(String[]::new));
    if (stated.isPresent()) {
      return stated;
    }
    return new ConfigKeys(dictionary)
        .number("factor").stream()
            .mapToObj(factor -> new Stated<>(factor, keys.silent("factor", factor)))
            .findFirst();
  }

  /// The length before any scaling, which a top-level key tells best.
  Stated<Integer> trainedLength(Stated<Integer> advertised) {
    List<String> candidates = new ArrayList<>(List.of(RopeNormaliser.ORIGINAL));
    candidates.addAll(inside(RopeNormaliser.ORIGINAL));
    Optional<Stated<Integer>> stated =
        keys.count(candidates.toArray(String[]::new)).filter(length -> length.value() > 0);
    if (stated.isPresent()) {
      return stated.get();
    }
    OptionalInt added = new ConfigKeys(dictionary).count(RopeNormaliser.ORIGINAL);
    return added.isEmpty() || added.getAsInt() == advertised.value()
        ? advertised
        : new Stated<>(added.getAsInt(), keys.silent(RopeNormaliser.ORIGINAL, added.getAsInt()));
  }

  Stated<Integer> rotaryDimension(Stated<Integer> headDimension) {
    if (text.modelClass().deepSeek()) {
      int rotated = text.headDimension("");
      return keys.count("qk_rope_head_dim")
          .orElseGet(() -> new Stated<>(rotated, keys.silent("qk_rope_head_dim", rotated)));
    }
    List<String> candidates = inside("partial_rotary_factor");
    candidates.addAll(List.of("partial_rotary_factor", "rotary_pct", "rotary_dim"));
    Evidence evidence =
        candidates.stream()
            .filter(key -> keys.raw(key).isPresent())
            .findFirst()
            .map(keys::evidence)
            .orElseGet(() ->
                keys.silent(
                    "partial_rotary_factor",
                    new ConfigKeys(dictionary).number("partial_rotary_factor").orElse(1)));
    double partial = new ConfigKeys(dictionary).number("partial_rotary_factor").orElse(1);
    return new Stated<>(
        text.rotaryDimension(RopeNormaliser.type(dictionary), partial, headDimension.value()),
        evidence);
  }

  private List<String> inside(String key) {
    List<String> paths = new ArrayList<>();
    places.forEach(place -> paths.add(place + key));
    return paths;
  }

  /// The first of the paths that holds what normalisation arrived at; the first of all where
  /// normalisation was refused.
  private Optional<Stated<Double>> agreeing(String key, List<String> paths) {
    for (String path : paths) {
      Optional<Stated<Double>> stated = keys.number(path);
      if (stated.isPresent()
          && (dictionary.isEmpty() || stated.get().value().equals(dictionaryNumber(key)))) {
        return stated;
      }
    }
    return Optional.empty();
  }

  private double dictionaryNumber(String key) {
    return new ConfigKeys(dictionary).number(key).orElse(Double.NaN);
  }
}

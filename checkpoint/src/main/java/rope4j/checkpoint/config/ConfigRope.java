package rope4j.checkpoint.config;

import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.CheckpointException;

/// A configuration's rotation as Transformers 5 normalises it, and how its own file would have to
/// spell another one.
///
/// @param parameters `rope_parameters`: one dictionary, or one per layer type (null where such
///   layers don't rotate)
/// @param perLayerType whether there is one dictionary per layer type
/// @param spelling where and under which keys the file says it
public record ConfigRope(
    Map<String, @Nullable Object> parameters, boolean perLayerType, Spelling spelling) {

  public ConfigRope {
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }

  /// Where a configuration says how it rotates, and under which keys.
  ///
  /// @param inside objects around the language model's keys, outermost first; empty for a file that
  ///   holds them at its top
  /// @param insideLoaded the same for the configuration object that Transformers makes of the file,
  ///   which has a `text_config` for every model with images
  /// @param baseKey the base in version 4, `rope_theta` for most
  /// @param slidingBaseKey the base of sliding layers in version 4, where there is one
  /// @param partialKey the share of a head that rotates in version 4
  /// @param version4 whether version 4 can express this model at all
  /// @param longRopeOnly whether the class refuses every type but default and longrope
  /// @param keys the keys that the file sets for the language model
  public record Spelling(
      List<String> inside,
      List<String> insideLoaded,
      String baseKey,
      Optional<String> slidingBaseKey,
      String partialKey,
      boolean version4,
      boolean longRopeOnly,
      Set<String> keys) {

    public Spelling {
      inside = List.copyOf(inside);
      insideLoaded = List.copyOf(insideLoaded);
      keys = Set.copyOf(keys);
    }
  }

  /// @throws CheckpointException where Transformers refuses the configuration
  static ConfigRope of(TextConfig text) {
    NormalisedRope rope = RopeNormaliser.normalise(text);
    return new ConfigRope(
        rope.ropeParameters(), rope.of(RopeNormaliser.FULL).isPresent(), spelling(text));
  }

  private static Spelling spelling(TextConfig text) {
    ModelClass model = text.modelClass();
    Set<String> keys = new HashSet<>();
    text.keys()
        .values()
        .forEach((key, value) -> {
          if (value != null) {
            keys.add(key);
          }
        });
    boolean images =
        model.conversion() == ModelClass.Conversion.MROPE && !text.modelType().endsWith("_text");
    return new Spelling(
        text.path(),
        text.path().isEmpty() && images ? List.of("text_config") : text.path(),
        switch (model.conversion()) {
          case NEOX -> "rotary_emb_base";
          case MODERNBERT -> "global_rope_theta";
          default -> "rope_theta";
        },
        switch (model.conversion()) {
          case GEMMA3 -> Optional.of("rope_local_base_freq");
          case MODERNBERT -> Optional.of("local_rope_theta");
          default -> Optional.empty();
        },
        model.conversion() == ModelClass.Conversion.NEOX ? "rotary_pct" : "partial_rotary_factor",
        switch (model.conversion()) {
          case GEMMA4, NESTED, MODERNBERT -> false;
          default -> true;
        },
        model.conversion() == ModelClass.Conversion.PHI3,
        keys);
  }
}

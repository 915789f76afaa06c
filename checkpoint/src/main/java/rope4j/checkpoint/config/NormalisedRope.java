package rope4j.checkpoint.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A configuration's rotation after Transformers' normalisation: `config.rope_parameters` and what
/// belongs to it.
///
/// @param ropeParameters flat, or one dictionary a layer type
/// @param nested whether it is one dictionary a layer type
/// @param warnings what Transformers would log
record NormalisedRope(
    Map<String, @Nullable Object> ropeParameters, boolean nested, List<ConfigWarning> warnings) {

  NormalisedRope {
    ropeParameters = Collections.unmodifiableMap(new LinkedHashMap<>(ropeParameters));
    warnings = List.copyOf(warnings);
  }

  /// The dictionary of a layer type; empty when it does not rotate.
  Optional<Map<String, @Nullable Object>> of(String layerType) {
    return new ConfigKeys(ropeParameters).object(layerType);
  }
}

package rope4j.diagnosis.inspection;

import java.util.List;
import java.util.Optional;
import rope4j.diagnosis.engine.Engine;

/// How an engine rotates the model at the requested length.
///
/// @param engine whose reading it is
/// @param launched whether it is what the user's own command line makes of the model
/// @param layers one per type of layer that rotates; empty when none does or it can't be told
/// @param reason why it can't be told, or what else to know; empty when there is nothing to say
/// @param warnings of the engine's reader
public record RotationReading(
    Engine engine,
    boolean launched,
    List<LayerForecast> layers,
    Optional<String> reason,
    List<String> warnings) {

  public RotationReading {
    layers = List.copyOf(layers);
    warnings = List.copyOf(warnings);
  }
}

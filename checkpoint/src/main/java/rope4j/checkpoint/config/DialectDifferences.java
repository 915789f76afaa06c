package rope4j.checkpoint.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.RopeOverrides;

/// Where another engine would rotate differently, as sentences; [RopeDifference] has the numbers.
final class DialectDifferences {

  private static final List<Dialect> ENGINES =
      List.of(Dialect.TRANSFORMERS, Dialect.VLLM, Dialect.LLAMA_CPP);

  private DialectDifferences() {}

  static List<String> of(RopeReading reading, HuggingFaceConfig config, RopeOverrides overrides) {
    List<String> found = new ArrayList<>();
    for (Dialect other : ENGINES) {
      if (other != reading.dialect() && isRun(other, config)) {
        compare(reading, other, config, overrides, found);
      }
    }
    return found;
  }

  private static boolean isRun(Dialect other, HuggingFaceConfig config) {
    return other != Dialect.LLAMA_CPP || config.text().modelClass().architecture().isPresent();
  }

  private static void compare(
      RopeReading reading,
      Dialect other,
      HuggingFaceConfig config,
      RopeOverrides overrides,
      List<String> found) {
    RopeReading theirs;
    try {
      theirs = EngineReader.read(config, other, OptionalInt.of(reading.contextLength()), overrides);
    } catch (CheckpointException e) {
      found.add(other.title() + " refuses this configuration: " + e.getMessage());
      return;
    }
    for (LayerRope layer : reading.layers()) {
      layer
          .counterpart(theirs.layers())
          .flatMap(their -> difference(layer, their))
          .ifPresent(difference ->
              found.add(
                  other.title()
                      + " rotates "
                      + layer.layerType().map(type -> type + " layers").orElse("")
                      + (layer.layerType().isPresent() ? " differently: " : "differently: ")
                      + difference));
    }
  }

  private static Optional<String> difference(LayerRope ours, LayerRope theirs) {
    RopeDifference difference = new RopeDifference(ours.frequencies(), theirs.frequencies());
    List<String> parts = new ArrayList<>();
    if (!difference.samePairs()) {
      parts.add(
          theirs.frequencies().pairs() + " pairs turn instead of " + ours.frequencies().pairs());
    } else if (difference.worstRelative() > 0) {
      parts.add(
          String.format(
              Locale.ROOT, "frequencies up to %.3g %% off", 100 * difference.worstRelative()));
    }
    ratio("cosine and sine", difference.magnitudeRatio(), parts);
    ratio("the softmax scale", difference.softmaxRatio(), parts);
    return parts.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", parts));
  }

  private static void ratio(String what, double ratio, List<String> parts) {
    if (ratio != 1) {
      parts.add(String.format(Locale.ROOT, "%s x %.5g", what, ratio));
    }
  }
}

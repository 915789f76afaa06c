package rope4j.checkpoint.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.RopeOverrides;

/// Where another engine would rotate differently, and by how much.
final class DialectDifferences {

  /// Smaller differences are rounding.
  private static final double NOTHING = 1e-5;

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
      counterpart(layer, theirs)
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

  private static Optional<LayerRope> counterpart(LayerRope layer, RopeReading theirs) {
    return theirs.layers().stream()
        .filter(their -> their.layerType().equals(layer.layerType()))
        .findFirst()
        .or(() ->
            theirs.layers().size() == 1
                ? Optional.of(theirs.layers().getFirst())
                : Optional.empty());
  }

  private static Optional<String> difference(LayerRope ours, LayerRope theirs) {
    List<String> parts = new ArrayList<>();
    int pairs = ours.frequencies().pairs();
    if (theirs.frequencies().pairs() != pairs) {
      parts.add(theirs.frequencies().pairs() + " pairs turn instead of " + pairs);
    } else {
      double worst = 0;
      for (int i = 0; i < pairs; i++) {
        double our = ours.frequencies().inverse(i);
        double their = theirs.frequencies().inverse(i);
        // A pair that stands still in one engine and turns once in 1e30 tokens in the other.
        if (Math.max(our, their) > 1e-20) {
          worst = Math.max(worst, Math.abs(their - our) / Math.max(our, 1e-20));
        }
      }
      if (worst > NOTHING) {
        parts.add(String.format(Locale.ROOT, "frequencies up to %.3g %% off", 100 * worst));
      }
    }
    ratio(
        "cosine and sine",
        theirs.frequencies().attentionFactor() / ours.frequencies().attentionFactor(),
        parts);
    ratio(
        "the softmax scale",
        theirs.frequencies().softmaxScaleMultiplier() / ours.frequencies().softmaxScaleMultiplier(),
        parts);
    return parts.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", parts));
  }

  private static void ratio(String what, double ratio, List<String> parts) {
    if (!(Math.abs(ratio - 1) <= NOTHING)) {
      parts.add(String.format(Locale.ROOT, "%s x %.5g", what, ratio));
    }
  }
}

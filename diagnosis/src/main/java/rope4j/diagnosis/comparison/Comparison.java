package rope4j.diagnosis.comparison;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.stream.Collectors;
import rope4j.checkpoint.config.LayerRope;
import rope4j.checkpoint.config.RopeDifference;
import rope4j.checkpoint.model.Checkpoint;
import rope4j.diagnosis.engine.Engine;

/// The same model in several engines: where they rotate differently, by how much, and which is
/// right.
///
/// ```java
/// Comparison comparison =
///     Comparison.of(checkpoint, List.of(Engine.TRANSFORMERS, Engine.VLLM), 131072);
/// comparison.deviations().getFirst().atLength().radians(20, comparison.length());
/// ```
///
/// @param length tokens the engines are started for
/// @param trainedLength the model's length before any scaling, tokens
/// @param readings one per engine, the reference first
/// @param reference the engine that is right; empty when none of them reads the model
/// @param deviations how every other engine that reads the model differs from it, by type of layer
public record Comparison(
    int length,
    int trainedLength,
    List<EngineReading> readings,
    Optional<Reference> reference,
    List<Deviation> deviations) {

  public Comparison {
    readings = List.copyOf(readings);
    deviations = List.copyOf(deviations);
  }

  /// Compares engines with the one that is right, which joins them when it is not named.
  ///
  /// @param length tokens the engines are started for, at least 1
  /// @throws IllegalArgumentException when nothing is left to compare
  public static Comparison of(Checkpoint checkpoint, List<Engine> engines, int length) {
    if (length < 1) {
      throw new IllegalArgumentException(
          "the context length must be at least 1 token, but it is " + length);
    }
    Optional<Reference> reference = Reference.of(checkpoint, engines, length);
    SequencedSet<Engine> all = new LinkedHashSet<>();
    reference.map(Reference::engine).ifPresent(all::add);
    all.addAll(engines);
    if (reference.isPresent() && all.size() < 2) {
      throw new IllegalArgumentException(
          "there is nothing to compare "
              + reference.get().engine().title()
              + " with; name another engine of "
              + Arrays.stream(Engine.values())
                  .filter(engine -> !all.contains(engine))
                  .map(Engine::label)
                  .collect(Collectors.joining(", ")));
    }
    List<EngineReading> readings =
        all.stream().map(engine -> EngineReading.of(checkpoint, engine, length)).toList();
    List<Deviation> deviations = new ArrayList<>();
    if (reference.isPresent()) {
      Causes causes = Causes.of(checkpoint);
      for (EngineReading reading : readings.subList(1, readings.size())) {
        deviations(readings.getFirst(), reading, causes, deviations);
      }
    }
    return new Comparison(
        length, checkpoint.facts().trainedLength().value(), readings, reference, deviations);
  }

  private static void deviations(
      EngineReading right, EngineReading other, Causes causes, List<Deviation> found) {
    for (int i = 0; i < right.layers().size(); i++) {
      LayerRope layer = right.layers().get(i);
      Optional<LayerRope> theirs = layer.counterpart(other.layers());
      if (theirs.isEmpty()) {
        continue;
      }
      RopeDifference atLength = difference(layer, theirs.get());
      LayerRope early = right.shortText().get(i);
      RopeDifference shortText =
          difference(early, early.counterpart(other.shortText()).orElse(theirs.get()));
      found.add(
          new Deviation(
              other.engine(),
              layer.layerType(),
              atLength,
              shortText,
              causes.of(right.engine(), other, layer, atLength, shortText)));
    }
  }

  private static RopeDifference difference(LayerRope right, LayerRope other) {
    return new RopeDifference(right.frequencies(), other.frequencies());
  }

  /// The readings of the engines that refuse the model or do not load its format.
  public List<EngineReading> refusing() {
    return readings.stream().filter(reading -> !reading.rotates()).toList();
  }

  /// Whether all engines that read the model rotate it alike, at every length.
  public boolean agrees() {
    return deviations.stream().allMatch(Deviation::none);
  }

  /// The position at which a text of the trained length ends.
  public int shortPosition() {
    return Math.min(length, trainedLength);
  }
}

package rope4j.cli;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import rope4j.checkpoint.config.LayerRope;
import rope4j.checkpoint.config.RopeDifference;
import rope4j.diagnosis.comparison.Comparison;
import rope4j.diagnosis.comparison.Deviation;
import rope4j.diagnosis.comparison.EngineReading;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The shape of `comparison` in `rope inspect --json`; keys may be added, none is changed.
final class ComparisonJson {

  private ComparisonJson() {}

  static ObjectNode of(Comparison comparison) {
    ObjectNode json = Json.object();
    json.put("length", comparison.length()).put("trained", comparison.trainedLength());
    comparison
        .reference()
        .ifPresentOrElse(
            right ->
                json.putObject("reference")
                    .put("engine", right.engine().label())
                    .put("reason", right.reason()),
            () -> json.putNull("reference"));
    json.put("agrees", comparison.agrees());
    ArrayNode engines = json.putArray("engines");
    comparison.readings().forEach(reading -> reading(engines.addObject(), reading));
    ArrayNode deviations = json.putArray("deviations");
    for (Deviation deviation : comparison.deviations()) {
      ObjectNode entry = deviations.addObject().put("engine", deviation.engine().label());
      layerType(entry, deviation.layerType());
      entry.put("same", deviation.none());
      difference(entry.putObject("atLength"), deviation.atLength(), comparison.length());
      difference(
          entry.putObject("atTrainedLength"), deviation.shortText(), comparison.shortPosition());
      ArrayNode causes = entry.putArray("causes");
      deviation.causes().forEach(causes::add);
    }
    return json;
  }

  private static void reading(ObjectNode json, EngineReading reading) {
    json.put("engine", reading.engine().label());
    if (!reading.rotates()) {
      json.put("refusal", reading.refusal());
      return;
    }
    json.putNull("refusal");
    ArrayNode layers = json.putArray("layers");
    for (LayerRope layer : reading.layers()) {
      ObjectNode entry = layers.addObject();
      layerType(entry, layer.layerType());
      entry
          .put("type", layer.ropeType())
          .put("base", layer.base())
          .put("rotaryDimension", layer.rotaryDimension())
          .put("attentionFactor", layer.frequencies().attentionFactor())
          .put("softmaxScaleMultiplier", layer.frequencies().softmaxScaleMultiplier());
      ArrayNode inverse = entry.putArray("inverseFrequencies");
      for (double frequency : layer.frequencies().inverse()) {
        inverse.add(frequency);
      }
    }
  }

  private static void difference(ObjectNode json, RopeDifference difference, int position) {
    json.put("position", position)
        .put("pairs", difference.pairs())
        .put("pairsOff", difference.pairsOff(Deviation.OFF, position))
        .put("worstPair", difference.worstPair())
        .put("worstRadians", difference.radians(difference.worstPair(), position));
    OptionalLong from = difference.firstPosition(Deviation.NOTICEABLE);
    if (from.isPresent()) {
      json.put("noticeableFrom", from.getAsLong());
    } else {
      json.putNull("noticeableFrom");
    }
    json.put("cosineAndSineRatio", difference.magnitudeRatio())
        .put("softmaxScaleRatio", difference.softmaxRatio())
        .put("logitRatio", difference.logitRatio());
    ArrayNode radians = json.putArray("radians");
    IntStream.range(0, difference.pairs())
        .forEach(pair -> radians.add(difference.radians(pair, position)));
  }

  private static void layerType(ObjectNode json, Optional<String> type) {
    type.ifPresentOrElse(name -> json.put("layerType", name), () -> json.putNull("layerType"));
  }
}

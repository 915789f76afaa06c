package rope4j.cli;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.ModelFacts;
import rope4j.checkpoint.Stated;
import rope4j.diagnosis.inspection.Inspection;
import rope4j.diagnosis.inspection.LayerForecast;
import rope4j.diagnosis.prediction.CacheType;
import rope4j.diagnosis.prediction.Outlook;
import rope4j.diagnosis.prediction.PairForecast;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The shape of `rope inspect --json`; keys may be added, none is changed.
final class InspectionJson {

  private InspectionJson() {}

  static ObjectNode of(Inspection inspection) {
    ModelFacts facts = inspection.facts();
    ObjectNode json = Json.object();
    json.put("model", inspection.model());
    json.put("architecture", facts.architecture().value());
    put(json, "engine", inspection.engine().map(engine -> engine.label()));
    json.putObject("lengths")
        .put("trained", inspection.training().start())
        .put("advertised", inspection.lengths().advertised())
        .put("requested", inspection.lengths().requested());
    json.putObject("verdict")
        .put("level", lower(inspection.verdict().level()))
        .put("text", inspection.verdict().text());
    training(json.putObject("training"), inspection);
    memory(json, inspection);
    rotation(json, inspection);
    ArrayNode findings = json.putArray("findings");
    inspection.findings().forEach(finding -> findings.add(Json.finding(finding)));
    json.set("recipes", Json.recipes(inspection.recipes()));
    facts(json.putArray("facts"), facts);
    return json;
  }

  private static void training(ObjectNode json, Inspection inspection) {
    put(json, "family", inspection.training().family());
    json.put("scaling", lower(inspection.training().scaling()));
    json.put("length", inspection.training().length());
  }

  private static void memory(ObjectNode json, Inspection inspection) {
    if (inspection.memory().bytes().isPresent()) {
      json.put("kvCacheBytes", inspection.memory().bytes().getAsLong());
    } else {
      json.putNull("kvCacheBytes");
    }
    json.putObject("kvCacheTypes")
        .put("keys", lower(inspection.memory().keys()))
        .put("values", lower(inspection.memory().values()));
    ObjectNode byType = json.putObject("kvCacheBytesByType");
    for (Map.Entry<CacheType, Long> type : inspection.memory().byType().entrySet()) {
      byType.put(lower(type.getKey()), type.getValue());
    }
  }

  private static void rotation(ObjectNode json, Inspection inspection) {
    ObjectNode rotation = json.putObject("rotation");
    rotation.put("engine", inspection.rotation().engine().label());
    rotation.put("launched", inspection.rotation().launched());
    put(rotation, "reason", inspection.rotation().reason());
    ArrayNode warnings = rotation.putArray("warnings");
    inspection.rotation().warnings().forEach(warnings::add);
    ArrayNode layers = rotation.putArray("layers");
    ArrayNode strategies = json.putArray("strategies");
    ArrayNode pairs = json.putArray("pairs");
    for (LayerForecast layer : inspection.rotation().layers()) {
      layer(layers.addObject(), layer);
      layer
          .outlook()
          .ifPresent(outlook ->
              outlook.options().forEach(option -> strategy(strategies.addObject(), layer, option)));
      layer.pairs().forEach(pair -> pair(pairs.addObject(), layer, pair));
    }
  }

  private static void layer(ObjectNode json, LayerForecast layer) {
    put(json, "layerType", layer.layerType());
    json.put("ropeType", layer.rope().ropeType());
    json.put("base", layer.rope().base());
    json.put("headDimension", layer.rope().headDimension());
    json.put("rotaryDimension", layer.rope().rotaryDimension());
    json.put("attentionFactor", layer.rope().frequencies().attentionFactor());
    json.put("reach", layer.reach());
    json.put("pairs", layer.pairs().size());
    json.put("partialPairs", layer.first().criticalDimension().partialPairs());
    json.put("unseenPairs", layer.unseenPairs());
    number(json, "largestOverrun", layer.largestOverrun());
    json.put("undoesTrainedScaling", layer.undone());
  }

  private static void strategy(ObjectNode json, LayerForecast layer, Outlook.Option option) {
    put(json, "layerType", layer.layerType());
    json.put("name", option.scaling().name());
    json.put("modelsOwn", option.modelsOwn());
    json.put("unseenPairs", option.forecast().unseenPairs());
    number(json, "largestOverrun", option.forecast().largestOverrun());
    json.put("unseenRadians", option.forecast().unseenRadians());
    json.put("shiftRadians", option.forecast().shiftRadians());
  }

  private static void pair(ObjectNode json, LayerForecast layer, PairForecast pair) {
    put(json, "layerType", layer.layerType());
    json.put("index", pair.index());
    json.put("inverseFrequency", pair.inverseFrequency());
    json.put("scaledInverseFrequency", pair.scaledInverseFrequency());
    number(json, "wavelength", pair.wavelength());
    json.put("trainedTurns", pair.trainedTurns());
    json.put("unseenRadians", pair.unseenRadians());
    json.put("shiftRadians", pair.shiftRadians());
  }

  private static void facts(ArrayNode json, ModelFacts facts) {
    for (Map.Entry<String, Stated<?>> fact : facts.named().entrySet()) {
      ObjectNode one = json.addObject();
      one.put("name", fact.getKey());
      one.put("value", String.valueOf(fact.getValue().value()));
      Evidence evidence = fact.getValue().evidence();
      one.set("place", Json.place(evidence));
    }
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static void put(ObjectNode json, String key, Optional<String> value) {
    value.ifPresentOrElse(text -> json.put(key, text), () -> json.putNull(key));
  }

  /// JSON has no infinity: what stands still has no wavelength.
  private static void number(ObjectNode json, String key, double value) {
    if (Double.isFinite(value)) {
      json.put(key, value);
    } else {
      json.putNull(key);
    }
  }
}

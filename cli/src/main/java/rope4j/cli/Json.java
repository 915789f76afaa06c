package rope4j.cli;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import rope4j.checkpoint.Evidence;
import rope4j.diagnosis.Bucket;
import rope4j.diagnosis.Examination;
import rope4j.diagnosis.Interval;
import rope4j.diagnosis.StrategyResult;
import rope4j.diagnosis.recipe.LlamaCppFlags;
import rope4j.diagnosis.recipe.Recipe;
import rope4j.diagnosis.rules.Finding;
import rope4j.rotation.AttentionScaled;
import rope4j.rotation.Frequencies;
import rope4j.rotation.FrequencyFactors;
import rope4j.rotation.Linear;
import rope4j.rotation.NtkAware;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Scaling;
import rope4j.rotation.Yarn;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The shapes scripts rely on; keys may be added, none is changed.
final class Json {

  private static final JsonMapper MAPPER = JsonMapper.shared();

  private Json() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /// A number, text, map or list as it is; null for none.
  static JsonNode value(Optional<Object> value) {
    return MAPPER.valueToTree(value.orElse(null));
  }

  static String write(ObjectNode json) {
    return MAPPER.writeValueAsString(json);
  }

  static ObjectNode examination(Examination examination) {
    ObjectNode json = object();
    json.put("model", examination.model());
    ObjectNode lengths = json.putObject("lengths");
    lengths.put("trained", examination.description().trainedLength());
    lengths.put("advertised", examination.description().contextLength());
    lengths.put("requested", examination.contextLength());
    json.put("text", examination.text());
    json.put("windows", examination.windows());
    json.put("leftOverTokens", examination.leftOver());
    json.putObject("criteria")
        .put("degradesNats", examination.criteria().degrades())
        .put("breaksNats", examination.criteria().breaks());
    ArrayNode strategies = json.putArray("strategies");
    examination
        .results()
        .forEach(result -> strategies.add(strategy(result, examination.contextLength())));
    if (examination.recommended().isPresent()) {
      json.put("recommended", examination.recommended().get());
    } else {
      json.putNull("recommended");
    }
    json.set("recipes", recipes(examination.recipes()));
    ArrayNode findings = json.putArray("findings");
    examination.findings().forEach(finding -> findings.add(finding(finding)));
    Examination.Cost cost = examination.cost();
    json.putObject("cost")
        .put("prefillTokens", cost.prefillTokens())
        .put("controlTokens", cost.controlTokens())
        .put("seconds", cost.seconds())
        .put("kvCacheBytes", cost.cacheBytes())
        .put("threads", cost.threads());
    json.put("partial", examination.partial());
    examination.probes().ifPresent(probes -> json.set("probes", ProbeJson.of(probes)));
    return json;
  }

  static ArrayNode recipes(List<Recipe> recipes) {
    ArrayNode json = MAPPER.createArrayNode();
    for (Recipe recipe : recipes) {
      json.addObject()
          .put("engine", recipe.engine().label())
          .put("versions", recipe.versions())
          .put("text", recipe.text())
          .put("note", recipe.note());
    }
    return json;
  }

  static ObjectNode finding(Finding finding) {
    ObjectNode json =
        object()
            .put("id", finding.id())
            .put("severity", finding.severity().name().toLowerCase(Locale.ROOT))
            .put("message", finding.message())
            .put("evidence", finding.evidence())
            .put("remedy", finding.remedy())
            .put("why", finding.why());
    ArrayNode places = json.putArray("places");
    finding.places().forEach(place -> places.add(place(place)));
    return json;
  }

  /// Where a value stands; `line` only in text files.
  static ObjectNode place(Evidence evidence) {
    ObjectNode json =
        object()
            .put("file", evidence.file())
            .put("key", evidence.key())
            .put("value", evidence.value())
            .put("origin", evidence.origin().name().toLowerCase(Locale.ROOT));
    put(json, "line", evidence.line());
    return json;
  }

  private static ObjectNode strategy(StrategyResult result, int contextLength) {
    ObjectNode json = object();
    json.put("name", result.strategy().name());
    json.set("scaling", scaling(result.strategy().scaling(), result.rotation(), contextLength));
    json.put("verdict", result.verdict().level().name());
    put(json, "from", result.verdict().from());
    put(json, "degradesFrom", result.verdict().degradesFrom());
    ArrayNode buckets = json.putArray("buckets");
    result.buckets().forEach(bucket -> buckets.add(bucket(bucket)));
    json.set("added", bucket(result.added()));
    json.putObject("shortDamage")
        .put("meanKl", result.shortDamage().meanKl())
        .put("kl99", result.shortDamage().kl99())
        .put("topAgreement", result.shortDamage().topAgreement())
        .put("positions", result.shortDamage().positions());
    ArrayNode flags = json.putArray("llamaCppFlags");
    LlamaCppFlags.words(result.strategy().flags()).forEach(flags::add);
    return json;
  }

  private static ObjectNode bucket(Bucket bucket) {
    Interval nll = bucket.nll();
    return object()
        .put("from", bucket.from())
        .put("to", bucket.to())
        .put("nll", nll.mean())
        .put("low", nll.low())
        .put("high", nll.high())
        .put("control", bucket.control().mean())
        .put("benefit", bucket.benefit().mean())
        .put("benefitLow", bucket.benefit().low())
        .put("benefitHigh", bucket.benefit().high());
  }

  /// A scaling by its own name, with what it resolves to.
  static ObjectNode scaling(Scaling scaling, RopeParameters rotation, int contextLength) {
    ObjectNode json = object();
    json.put("type", scaling.name());
    OptionalDouble factor = factor(scaling);
    factor.ifPresent(value -> json.put("factor", value));
    json.put("base", rotation.base());
    json.put("trainedLength", rotation.trainedLength());
    Frequencies frequencies = rotation.frequencies(contextLength);
    json.put("attentionFactor", frequencies.attentionFactor());
    ArrayNode inverse = json.putArray("inverseFrequencies");
    for (double frequency : frequencies.inverse()) {
      inverse.add(frequency);
    }
    return json;
  }

  private static OptionalDouble factor(Scaling scaling) {
    return switch (scaling) {
      case Linear linear -> OptionalDouble.of(linear.factor());
      case NtkAware ntk -> OptionalDouble.of(ntk.factor());
      case Yarn yarn -> OptionalDouble.of(yarn.factor());
      case FrequencyFactors factors -> factor(factors.then());
      case AttentionScaled scaled -> factor(scaled.scaling());
      default -> OptionalDouble.empty();
    };
  }

  private static void put(ObjectNode json, String key, OptionalInt value) {
    if (value.isPresent()) {
      json.put(key, value.getAsInt());
    } else {
      json.putNull(key);
    }
  }
}

package rope4j.cli;

import java.util.List;
import rope4j.diagnosis.Interval;
import rope4j.diagnosis.recipe.Recipe;
import rope4j.tuning.result.Point;
import rope4j.tuning.result.Tuning;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The shape of `rope tune --json`; keys may be added, none is changed.
final class TuningJson {

  private TuningJson() {}

  static ObjectNode of(Tuning tuning, List<Recipe> recipes, List<String> files) {
    ObjectNode json = Json.object();
    json.put("model", tuning.name());
    json.putObject("lengths")
        .put("trained", tuning.model().trainedLength())
        .put("requested", tuning.contextLength());
    json.putObject("text")
        .put("name", tuning.text().name())
        .put("documents", tuning.text().documents())
        .put("repeated", tuning.text().repeated())
        .put("searchWindows", tuning.text().searchWindows())
        .put("heldOutWindows", tuning.text().heldOutWindows());
    json.put("objective", tuning.objective().name().toLowerCase(java.util.Locale.ROOT));
    json.put("seed", tuning.seed());
    json.put("improved", tuning.improved());
    json.set("recommended", point(tuning.recommended()));
    json.set("bestClosedForm", point(tuning.bestClosed()));
    ArrayNode points = json.putArray("points");
    tuning.points().forEach(point -> points.add(point(point)));
    ArrayNode front = json.putArray("front");
    tuning.front().forEach(point -> front.add(tuning.points().indexOf(point)));
    json.set("recipes", Json.recipes(recipes));
    ArrayNode written = json.putArray("files");
    files.forEach(written::add);
    json.putObject("cost")
        .put("evaluations", tuning.effort().evaluations())
        .put("proof", tuning.effort().proof())
        .put("prefills", tuning.effort().prefills())
        .put("tokens", tuning.effort().tokens())
        .put("prefillSeconds", tuning.effort().prefillSeconds())
        .put("seconds", tuning.effort().seconds())
        .put("overhead", tuning.effort().overhead());
    return json;
  }

  private static ObjectNode point(Point point) {
    ObjectNode json = Json.object();
    json.put("name", point.candidate().name());
    json.put("space", point.stage());
    json.put("closedForm", point.closedForm());
    interval(json.putObject("loss"), point.loss());
    json.put("shortDamage", point.damage());
    interval(json.putObject("gain"), point.gain());
    ArrayNode divisors = json.putArray("divisors");
    point.candidate().divisors().forEach(divisors::add);
    json.put("attentionFactor", point.candidate().attentionFactor());
    json.put("startTokens", point.candidate().startTokens());
    return json;
  }

  private static void interval(ObjectNode json, Interval interval) {
    json.put("mean", interval.mean()).put("low", interval.low()).put("high", interval.high());
  }
}

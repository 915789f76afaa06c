package rope4j.tuning.result;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import rope4j.diagnosis.Interval;
import rope4j.diagnosis.page.Markup;
import rope4j.diagnosis.page.Page;
import rope4j.diagnosis.recipe.Recipe;

/// A result as one HTML page that needs nothing else, and is well-formed XML.
public final class TuningPage {

  private final Tuning tuning;
  private final List<Recipe> recipes;
  private final Markup out;

  private TuningPage(Tuning tuning, List<Recipe> recipes) {
    this.tuning = tuning;
    this.recipes = recipes;
    this.out =
        Page.begin(tuning.name() + " tuned for " + tuning.contextLength() + " tokens", style());
  }

  /// The page, to be saved as UTF-8.
  ///
  /// @param recipes of the recommended rotation
  public static String render(Tuning tuning, List<Recipe> recipes) {
    return new TuningPage(tuning, recipes).page();
  }

  private String page() {
    header();
    out.open("main");
    section(
        "front",
        "The trade",
        "Every point is measured on text the search never saw, with its 95 % interval. Left is gentler"
            + " to short text, down is better on long text. Blue: closed forms; orange: found by the"
            + " search.",
        () -> FrontChart.draw(tuning, out));
    section(
        "points",
        "In numbers",
        "Loss in nats per token past the trained length, on held-out text. Gain: loss of "
            + tuning.bestClosed().candidate().name()
            + ", the best closed form, minus its own, paired; the intervals of all rotations found hold"
            + " together with 95 %. A gain is one when its interval is above 0.",
        this::table);
    section(
        "factors",
        "Pair by pair",
        "What divides the frequency of each pair: 1 leaves it as it was trained, "
            + Chart.decimals(tuning.factor(), 1)
            + " interpolates it by the whole extension.",
        () -> FactorChart.draw(tuning, out));
    section(
        "history",
        "The search",
        "Each dot is a rotation measured on all search windows; the line is the least loss so far of"
            + " those that change short text no more than YaRN does. "
            + tuning.effort().evaluations()
            + " evaluations.",
        () -> HistoryChart.draw(tuning, out));
    section("recipes", "To run it", "", this::recipes);
    section("method", "How it was measured", "", this::method);
    out.close();
    out.element("footer", "Searched, measured and written by rope4j, rope tune.");
    out.open("script").trusted(Page.resource("report.js")).close();
    out.close();
    out.close();
    return out.toString();
  }

  private void header() {
    out.open("header");
    out.element("p", "rope tune", "class", "eyebrow");
    out.open("h1").element("bdi", tuning.name()).close();
    out.open("ul", "class", "lengths");
    fact("tuned for", Integer.toString(tuning.contextLength()));
    fact("trained length", Integer.toString(tuning.model().trainedLength()));
    fact("factor", "×" + Chart.decimals(tuning.factor(), 2));
    fact("seed", Long.toString(tuning.seed()));
    out.close();
    List<String> sentences = Sentences.of(tuning);
    String first = sentences.getFirst();
    out.element(
        "p",
        first.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + first.substring(1),
        "class",
        "headline");
    sentences.stream().skip(1).forEach(sentence -> out.element("p", sentence, "class", "reason"));
    out.close();
  }

  private void fact(String name, String value) {
    out.open("li").text(name + " ").element("b", value).close();
  }

  private void section(String id, String title, String lead, Runnable content) {
    out.open("section", "aria-labelledby", id);
    out.element("h2", title, "id", id);
    if (!lead.isEmpty()) {
      out.element("p", lead, "class", "lead");
    }
    content.run();
    out.close();
  }

  private void table() {
    out.open("table", "class", "points");
    out.open("thead").open("tr");
    for (String head :
        List.of("Rotation", "Found in", "Loss", "Gain", "Short text, KL", "Attention factor")) {
      out.element("th", head, "scope", "col");
    }
    out.close().close();
    out.open("tbody");
    for (Point point : tuning.points()) {
      boolean best = point == tuning.recommended();
      out.open("tr", "class", best ? "best" : "other");
      out.open("th", "scope", "row").text(point.candidate().name());
      if (best) {
        out.text(" ").element("span", "recommended", "class", "badge");
      }
      out.close();
      out.element("td", point.closedForm() ? "–" : point.stage(), "class", "number");
      number(Chart.decimals(point.loss().mean(), 3), point.loss());
      if (point == tuning.bestClosed()) {
        out.element("td", "–", "class", "number");
      } else {
        double gain = point.gain().mean();
        number((gain > 0 ? "+" : "") + Chart.decimals(gain, 3), point.gain());
      }
      out.element("td", Chart.decimals(point.damage(), 3), "class", "number");
      out.element("td", Chart.decimals(point.candidate().attentionFactor(), 3), "class", "number");
      out.close();
    }
    out.close();
    out.close();
  }

  private void number(String value, Interval interval) {
    out.open("td", "class", "number").element("span", value);
    if (interval.estimated()) {
      out.text(" ").element("small", "± " + Chart.decimals(interval.halfWidth(), 3));
    }
    out.close();
  }

  private void recipes() {
    for (Recipe recipe : recipes) {
      out.open("div", "class", recipe == recipes.getFirst() ? "recipe best" : "recipe");
      String versions = recipe.versions().isEmpty() ? "" : " (" + recipe.versions() + ")";
      out.element("p", recipe.engine().title() + versions, "class", "recipe-title");
      if (recipe.possible()) {
        out.open("pre").element("code", recipe.text()).close();
      }
      if (!recipe.note().isEmpty()) {
        out.element("p", recipe.note(), "class", "note");
      }
      out.close();
    }
  }

  private void method() {
    TextFacts text = tuning.text();
    out.element(
        "p",
        text.name()
            + ": "
            + text.documents()
            + " documents"
            + (text.repeated() == 0 ? "" : " (" + text.repeated() + " repeated, left out)")
            + " were split by the seed before anything ran: "
            + text.searchWindows()
            + " windows to search on, "
            + text.heldOutWindows()
            + " held out. Each evaluation is one prefill of a window; its beginning, up to the trained"
            + " length, gives the damage: the divergence of the predictions from those of the original"
            + " rotation. A candidate is measured on more text only while it is among the better half.",
        "class",
        "reason");
  }

  private static String style() {
    try (InputStream stream = TuningPage.class.getResourceAsStream("tune.css")) {
      if (stream == null) {
        throw new IllegalStateException("the program is incomplete: tune.css is missing");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

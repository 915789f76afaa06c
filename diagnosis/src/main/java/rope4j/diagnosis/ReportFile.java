package rope4j.diagnosis;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.Evidence.Origin;
import rope4j.checkpoint.Stated;
import rope4j.diagnosis.inspection.Inspection;
import rope4j.diagnosis.inspection.LayerForecast;
import rope4j.diagnosis.page.Markup;
import rope4j.diagnosis.prediction.CacheType;
import rope4j.diagnosis.prediction.Outlook;
import rope4j.diagnosis.prediction.PairForecast;
import rope4j.rotation.Linear;
import rope4j.rotation.NtkAware;
import rope4j.rotation.Yarn;

/// What the file alone tells: its lengths, what awaits every pair, its faults, the memory.
final class ReportFile {

  /// What bears on rotation, of the many values a file states.
  private static final List<String> STATED =
      List.of(
          "trained length",
          "advertised length",
          "base",
          "scaling",
          "factor",
          "rotary dimension",
          "sliding window");

  private final Inspection inspection;
  private final Markup out;

  ReportFile(Inspection inspection, Markup out) {
    this.inspection = inspection;
    this.out = out;
  }

  void write() {
    out.open("section", "class", "file", "aria-labelledby", "file");
    out.element("h2", "What the file says, before any measurement", "id", "file");
    out.element("p", inspection.verdict().text(), "class", "lead");
    out.open("div", "class", "columns");
    stated();
    memory();
    out.close();
    for (LayerForecast layer : inspection.rotation().layers()) {
      spectrum(layer);
    }
    if (!inspection.findings().isEmpty()) {
      out.element("h3", "Findings in the file");
      ReportFindings.write(inspection.findings(), out);
    }
    out.close();
  }

  private void stated() {
    out.open("div");
    out.element("h3", "Stated");
    out.open("table", "class", "facts");
    head("What", "Value", "Where it stands");
    out.open("tbody");
    Map<String, Stated<?>> named = inspection.facts().named();
    for (String name : STATED) {
      Stated<?> stated = named.get(name);
      if (stated != null) {
        out.open("tr");
        out.element("th", name, "scope", "row");
        out.element("td", value(stated.value()), "class", "number");
        place(stated.evidence());
        out.close();
      }
    }
    out.close();
    out.close();
    out.close();
  }

  /// The whole page is about one file, so its name is not repeated.
  private void place(Evidence evidence) {
    out.open("td").element("code", evidence.key());
    if (evidence.origin() != Origin.FILE) {
      out.text(" ").element("small", evidence.origin().name().toLowerCase(Locale.ROOT));
    }
    out.close();
  }

  private static String value(Object value) {
    return switch (value) {
      case Integer number -> Numbers.count(number);
      case Double number -> Strategy.trim(number);
      default -> String.valueOf(value);
    };
  }

  private void memory() {
    Map<CacheType, Long> byType = inspection.memory().byType();
    if (byType.isEmpty()) {
      return;
    }
    out.open("div");
    out.element("h3", "Keys and values at " + requested() + " tokens");
    out.open("table", "class", "memory");
    head("Stored as", "Memory");
    out.open("tbody");
    byType.forEach((type, bytes) -> {
      out.open("tr");
      out.element("th", type.name().toLowerCase(Locale.ROOT), "scope", "row");
      out.element("td", Numbers.bytes(bytes), "class", "number");
      out.close();
    });
    out.close();
    out.close();
    out.close();
  }

  private String requested() {
    return Numbers.count(inspection.lengths().requested());
  }

  private void spectrum(LayerForecast layer) {
    out.element(
        "h3",
        "Pair by pair" + layer.layerType().map(type -> ", " + type.replace('_', ' ')).orElse(""));
    out.element("p", sentence(layer), "class", "lead");
    List<SvgSpectrum.Row> rows = rows(layer);
    for (SvgSpectrum.Size size : SvgSpectrum.Size.values()) {
      SvgSpectrum.draw(layer, rows, size, out);
    }
    strategies(layer);
    pairs(layer, rows);
  }

  private String sentence(LayerForecast layer) {
    int pairs = layer.pairs().size();
    OptionalInt critical = layer.first().criticalDimension().firstPartialPair();
    return (critical.isEmpty()
            ? "All " + pairs + " pairs completed a turn in training: each angle was seen."
            : "Pairs from "
                + critical.getAsInt()
                + " of "
                + pairs
                + " on never completed a turn within the trained length.")
        + " Below, the angles that each strategy brings at "
        + Numbers.count(layer.reach())
        + (layer.reach() < inspection.lengths().requested()
            ? " tokens, as far as these layers look back,"
            : " tokens")
        + " and training did not: the fuller the colour, the more of the circle.";
  }

  /// The strategies side by side, or the file's own rotation where they don't apply.
  private static List<SvgSpectrum.Row> rows(LayerForecast layer) {
    return layer
        .outlook()
        .map(outlook ->
            outlook.options().stream()
                .map(option -> new SvgSpectrum.Row(label(option), option.forecast().pairs()))
                .toList())
        .orElseGet(() -> List.of(new SvgSpectrum.Row("as the file says", layer.pairs())));
  }

  /// As the measured strategies are called on the page.
  private static String label(Outlook.Option option) {
    if (option.modelsOwn()) {
      return "as the file says";
    }
    return switch (option.scaling()) {
      case Linear linear -> "linear ×" + Strategy.trim(linear.factor());
      case NtkAware ntk -> "NTK-aware ×" + Strategy.trim(ntk.factor());
      case Yarn yarn -> "YaRN ×" + Strategy.trim(yarn.factor());
      default -> option.name();
    };
  }

  private void strategies(LayerForecast layer) {
    if (layer.outlook().isEmpty()) {
      return;
    }
    Outlook outlook = layer.outlook().get();
    out.open("table", "class", "outlook");
    head("Strategy", "Pairs with unseen angles", "Unseen, radians", "Shift of angles, radians");
    out.open("tbody");
    for (Outlook.Option option : outlook.options()) {
      out.open("tr");
      out.element("th", label(option), "scope", "row");
      out.element(
          "td",
          option.forecast().unseenPairs() + " of " + option.forecast().pairs().size(),
          "class",
          "number");
      out.element("td", Numbers.nats(option.forecast().unseenRadians()), "class", "number");
      out.element("td", Numbers.nats(option.forecast().shiftRadians()), "class", "number");
      out.close();
    }
    out.close();
    out.close();
    out.element(
        "p", "Told from the frequencies alone; the verdicts above were measured.", "class", "note");
  }

  private void pairs(LayerForecast layer, List<SvgSpectrum.Row> rows) {
    out.open("details");
    out.element("summary", "Every pair in numbers");
    out.open(
        "div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", "Every pair");
    out.open("table", "class", "pairs");
    out.open("thead").open("tr");
    for (String name : List.of("Pair", "Wavelength, tokens", "Turns in training")) {
      out.element("th", name, "scope", "col");
    }
    rows.forEach(row -> out.element("th", "Unseen, " + row.label(), "scope", "col"));
    out.close().close();
    out.open("tbody");
    for (PairForecast pair : layer.first().pairs()) {
      out.open("tr", "class", pair.isPartial() ? "partial" : "whole");
      out.element("th", Integer.toString(pair.index()), "scope", "row");
      number(significant(pair.wavelength()));
      number(significant(pair.trainedTurns()));
      for (SvgSpectrum.Row row : rows) {
        number(Numbers.nats(row.pairs().get(pair.index()).unseenRadians()));
      }
      out.close();
    }
    out.close();
    out.close();
    out.close();
    out.close();
  }

  private void number(String text) {
    out.element("td", text, "class", "number");
  }

  private static String significant(double value) {
    if (!Double.isFinite(value)) {
      return "∞";
    }
    return value >= 1000 ? Numbers.count(Math.round(value)) : format(value);
  }

  private static String format(double value) {
    return String.format(Locale.ROOT, "%.3g", value);
  }

  private void head(String... names) {
    out.open("thead").open("tr");
    for (String name : names) {
      out.element("th", name, "scope", "col");
    }
    out.close().close();
  }
}

package rope4j.diagnosis;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import rope4j.checkpoint.ModelFacts;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.engine.Engine.Format;
import rope4j.diagnosis.inspection.CacheMemory;
import rope4j.diagnosis.inspection.Inspection;
import rope4j.diagnosis.inspection.LayerForecast;
import rope4j.diagnosis.prediction.CacheType;
import rope4j.diagnosis.prediction.CriticalDimension;
import rope4j.diagnosis.prediction.PairForecast;
import rope4j.diagnosis.recipe.Extension;
import rope4j.diagnosis.recipe.Recipe;
import rope4j.diagnosis.rules.Finding;
import rope4j.diagnosis.rules.Finding.Severity;
import rope4j.diagnosis.text.TerminalText;

/// An inspection as text of at most 100 columns: one screen, or with all details.
public final class InspectionReport {

  private static final int LABEL = 10;

  private final Inspection inspection;
  private final boolean verbose;
  private final TerminalText out;

  private InspectionReport(Inspection inspection, boolean verbose, boolean colors) {
    this.inspection = inspection;
    this.verbose = verbose;
    this.out = new TerminalText(colors);
  }

  /// @param verbose whether everything is shown
  /// @param colors whether ANSI colours are used
  public static String render(Inspection inspection, boolean verbose, boolean colors) {
    InspectionReport report = new InspectionReport(inspection, verbose, colors);
    report.heading();
    report.rotation();
    report.memory();
    if (verbose) {
      InspectionDetails details = new InspectionDetails(inspection, report.out);
      details.facts();
      details.layers();
    }
    report.findings();
    report.verdict();
    report.recipes();
    return report.out.toString();
  }

  private void heading() {
    ModelFacts facts = inspection.facts();
    String title = facts.title().map(stated -> stated.value()).orElse("");
    String heads =
        facts.heads().value() == 0
            ? ""
            : format(
                ", %d heads of %d (%d for keys and values)",
                facts.heads().value(),
                facts.headDimension().value(),
                facts.keyValueHeads().value());
    out.line("");
    out.line(
        out.bold(inspection.model())
            + (title.isEmpty() || title.equals(inspection.model()) ? "" : "  " + shown(title)));
    row(
        "model",
        format(
            "%s, %d layers%s", shown(facts.architecture().value()), facts.layers().value(), heads));
    row(
        "lengths",
        format(
            "trained on %,d%s%s, advertised %,d, %s %,d",
            inspection.training().start(),
            inspection.training().start() == facts.trainedLength().value()
                ? ""
                : inspection.training().family().map(name -> " as " + name + " was").orElse(""),
            inspection.training().withScaling()
                    && inspection.training().length() > inspection.training().start()
                ? format(" and with its scaling on %,d", inspection.training().length())
                : "",
            inspection.lengths().advertised(),
            inspection.lengths().asked() ? "asked for" : "looked at",
            inspection.lengths().requested()));
  }

  private void rotation() {
    String label = "rotation";
    for (LayerForecast layer : inspection.rotation().layers()) {
      row(label, layerLine(layer));
      label = "";
    }
    String last = label;
    inspection.rotation().reason().ifPresent(reason -> row(last, reason));
  }

  private String layerLine(LayerForecast layer) {
    String who =
        inspection.rotation().launched()
            ? "by your command line"
            : "in " + inspection.rotation().engine().title();
    int unseen = layer.unseenPairs();
    String status =
        unseen == 0
            ? "no unseen angle"
            : unseen
                + " with unseen angles"
                + (Double.isInfinite(layer.largestOverrun())
                    ? ""
                    : format(" (up to %.3g× the arc)", layer.largestOverrun()));
    return layer.layerType().map(name -> name.replace('_', ' ') + " ").orElse("")
        + format("%s: base %s, %s; ", who, Strategy.trim(layer.rope().base()), scaling(layer))
        + format("%s; %s", partial(layer), status)
        + (layer.reach() < inspection.lengths().requested()
            ? format(" (it looks back %,d)", layer.reach())
            : "");
  }

  private static String scaling(LayerForecast layer) {
    if (layer.first().shiftRadians() == 0) {
      return "unscaled";
    }
    double most = layer.pairs().stream().mapToDouble(PairForecast::interpolation).max().orElse(1);
    String type = layer.rope().ropeType();
    String name = List.of("default", "none", "").contains(type) ? "other frequencies" : type;
    return most > 1 ? format("%s slows pairs up to %s×", name, Strategy.trim(most)) : name;
  }

  private static String partial(LayerForecast layer) {
    CriticalDimension critical = layer.further().orElse(layer.first()).criticalDimension();
    return critical.firstPartialPair().isEmpty()
        ? format("all %d pairs made a full turn in training", critical.pairs())
        : format(
            "%d of %d pairs, from pair %d on, never made a full turn in training",
            critical.partialPairs(), critical.pairs(), critical.firstPartialPair().getAsInt());
  }

  private void memory() {
    CacheMemory memory = inspection.memory();
    String at = format(" at %,d tokens", inspection.lengths().requested());
    if (memory.bytes().isEmpty()) {
      row("cache", "the keys and values of this length can't be counted in these types");
      return;
    }
    long bytes = memory.bytes().getAsLong();
    if (bytes == 0) {
      row("cache", "no layer keeps keys and values");
      return;
    }
    String types =
        memory.keys() == memory.values()
            ? name(memory.keys())
            : "keys " + name(memory.keys()) + ", values " + name(memory.values());
    Set<CacheType> usual =
        inspection.format() == Format.GGUF
            ? Set.of(CacheType.Q8_0, CacheType.Q4_0)
            : Set.of(CacheType.FP8);
    String others =
        memory.byType().entrySet().stream()
            .filter(entry -> usual.contains(entry.getKey()) && entry.getKey() != memory.keys())
            .map(entry -> name(entry.getKey()) + " " + Numbers.bytes(entry.getValue()))
            .collect(Collectors.joining(", "));
    row(
        "cache",
        Numbers.bytes(bytes)
            + " of keys and values"
            + at
            + " as "
            + types
            + (others.isEmpty() ? "" : " (" + others + ")"));
  }

  private static String name(CacheType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  private void findings() {
    List<Finding> shown =
        inspection.findings().stream()
            .filter(finding -> verbose || finding.severity() != Severity.NOTE)
            .toList();
    if (!shown.isEmpty()) {
      out.line("");
    }
    for (Finding finding : shown) {
      FindingLines.print(out, finding, verbose);
    }
    long notes = inspection.count(Severity.NOTE);
    if (!verbose && notes > 0) {
      row("", out.dim(notes + (notes == 1 ? " note" : " notes") + " more: --verbose"));
    }
  }

  private void verdict() {
    out.line("");
    String code =
        switch (inspection.verdict().level()) {
          case TRAINED -> "32";
          case EXTENDED, UNKNOWN -> "33";
          case BEYOND -> "31";
        };
    out.wrap(out.ansi(code, "verdict") + "   ", LABEL, inspection.verdict().text());
  }

  private void recipes() {
    List<Recipe> possible = inspection.recipes().stream().filter(Recipe::possible).toList();
    List<Recipe> shown = verbose ? inspection.recipes() : natural(possible);
    for (Recipe recipe : shown) {
      out.line("");
      String versions = recipe.versions().isEmpty() ? "" : " (" + recipe.versions() + ")";
      out.line(out.bold(recipe.engine().title()) + versions);
      recipe.text().lines().forEach(line -> out.line("  " + line));
      if (!recipe.note().isEmpty()) {
        out.wrap("  ", 2, recipe.note() + ".");
      }
    }
    if (verbose) {
      return;
    }
    String others =
        possible.stream()
            .map(Recipe::engine)
            .distinct()
            .filter(engine -> shown.stream().noneMatch(recipe -> recipe.engine() == engine))
            .map(Engine::title)
            .collect(Collectors.joining(", "));
    out.line("");
    out.wrap(
        "",
        0,
        out.dim(
            "--verbose: every value with its place, every pair"
                + (inspection.recipes().isEmpty() ? "" : ", every recipe")
                + (others.isEmpty() ? "" : " (also for " + others + ")")));
  }

  /// The engine that was chosen, or those that most people load such files with.
  private List<Recipe> natural(List<Recipe> possible) {
    List<Engine> first =
        inspection
            .engine()
            .map(List::of)
            .orElse(
                inspection.format() == Format.GGUF
                    ? List.of(Engine.LLAMA_CPP)
                    : List.of(Engine.VLLM, Engine.TRANSFORMERS));
    // Where the model's own rotation does, one engine's line says all there is to say.
    boolean own = inspection.advised().filter(Extension.Native.class::isInstance).isPresent();
    return first.stream()
        .limit(own ? 1 : first.size())
        .flatMap(engine -> possible.stream().filter(recipe -> recipe.engine() == engine).limit(1))
        .toList();
  }

  private void row(String label, String text) {
    out.wrap(format("%-" + LABEL + "s", label), LABEL, text);
  }

  /// A stranger's words can hold anything.
  private static String shown(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }

  private static String format(String pattern, Object... arguments) {
    return String.format(Locale.ROOT, pattern, arguments);
  }
}

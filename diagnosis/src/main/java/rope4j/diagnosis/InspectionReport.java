package rope4j.diagnosis;

import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import rope4j.checkpoint.ModelFacts;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.engine.Engine.Format;
import rope4j.diagnosis.inspection.CacheMemory;
import rope4j.diagnosis.inspection.Inspection;
import rope4j.diagnosis.inspection.LayerForecast;
import rope4j.diagnosis.prediction.CacheType;
import rope4j.diagnosis.recipe.Recipe;
import rope4j.diagnosis.rules.Finding;
import rope4j.diagnosis.rules.Finding.Severity;

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
            "trained on %,d%s, advertised %,d, %s %,d",
            inspection.lengths().trained(),
            inspection.training().withScaling()
                    && inspection.training().length() > inspection.lengths().trained()
                ? format(" and with its scaling on %,d", inspection.training().length())
                : "",
            inspection.lengths().advertised(),
            inspection.lengths().asked() ? "asked for" : "looked at",
            inspection.lengths().requested()));
  }

  private void rotation() {
    String who =
        inspection.rotation().launched() ? "command line" : inspection.rotation().engine().title();
    List<LayerForecast> layers = inspection.rotation().layers();
    for (LayerForecast layer : layers) {
      row("rotation", layerLine(layer, who));
    }
    if (layers.isEmpty() || inspection.rotation().reason().isPresent()) {
      inspection.rotation().reason().ifPresent(reason -> row("rotation", reason));
    }
  }

  private String layerLine(LayerForecast layer, String who) {
    OptionalInt critical = layer.first().criticalDimension().firstPartialPair();
    int pairs = layer.pairs().size();
    String partial =
        critical.isEmpty()
            ? format("all %d pairs turned in training", pairs)
            : format(
                "pairs %d–%d of %d never made a full turn in training",
                critical.getAsInt(),
                critical.getAsInt() + layer.first().criticalDimension().partialPairs() - 1,
                pairs);
    int unseen = layer.unseenPairs();
    String status =
        unseen == 0
            ? "no unseen angle"
            : format("%d with unseen angles (up to %.3g× the arc)", unseen, layer.largestOverrun());
    String type = layer.rope().ropeType();
    boolean plain = List.of("default", "none", "").contains(type);
    return format(
        "%s%s, base %s, %s; %s; %s%s",
        layer.layerType().map(name -> name.replace('_', ' ') + ": ").orElse(""),
        who,
        Strategy.trim(layer.rope().base()),
        plain ? "unscaled" : type,
        partial,
        status,
        layer.reach() < inspection.lengths().requested()
            ? format(" (it looks back %,d)", layer.reach())
            : "");
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
    String others =
        List.of(CacheType.FP8, CacheType.Q8_0, CacheType.Q4_0).stream()
            .filter(type -> memory.byType().containsKey(type) && type != memory.keys())
            .filter(type -> type != CacheType.FP8 || inspection.format() == Format.HUGGING_FACE)
            .filter(type -> type == CacheType.FP8 || inspection.format() == Format.GGUF)
            .map(type -> name(type) + " " + Numbers.bytes(memory.byType().get(type)))
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
    String others =
        possible.stream()
            .filter(recipe -> !shown.contains(recipe))
            .map(recipe -> recipe.engine().title())
            .distinct()
            .collect(Collectors.joining(", "));
    if (!verbose && !others.isEmpty()) {
      out.line("");
      out.wrap("", 0, out.dim("more (" + others + ", every pair and place): --verbose"));
    } else if (!verbose) {
      out.line("");
      out.line(out.dim("more: --verbose"));
    }
  }

  /// The engine that was chosen, or the one most people load such files with.
  private List<Recipe> natural(List<Recipe> possible) {
    Engine first =
        inspection
            .engine()
            .orElse(inspection.format() == Format.GGUF ? Engine.LLAMA_CPP : Engine.VLLM);
    return possible.stream()
        .filter(recipe -> recipe.engine() == first)
        .findFirst()
        .or(() -> possible.stream().findFirst())
        .map(List::of)
        .orElse(List.of());
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

package rope4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import rope4j.diagnosis.Criteria;
import rope4j.diagnosis.Doctor;
import rope4j.diagnosis.EngineCheck;
import rope4j.diagnosis.EngineCheckReport;
import rope4j.diagnosis.Examination;
import rope4j.diagnosis.HtmlReport;
import rope4j.diagnosis.Strategy;
import rope4j.diagnosis.TerminalReport;
import rope4j.diagnosis.Verdict.Level;
import rope4j.diagnosis.Windows;
import rope4j.diagnosis.probe.ProbePlan;
import rope4j.diagnosis.probe.trial.ResultStore;
import rope4j.inference.Model;
import tools.jackson.databind.node.ObjectNode;

/// The main job.
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description =
        "Measures where a model holds, degrades or breaks at a context length, under each way of"
            + " scaling its rotation, and prints the flags that run it best.")
final class DoctorCommand implements Callable<Integer> {

  /// After Ctrl-C a batch of tokens is finished first, which takes a large model a minute.
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @Spec private CommandSpec spec;
  @Mixin private ModelInput input;
  @Mixin private AttentionFlags attention;
  @Mixin private TextInput text;
  @Mixin private ProbeFlags probes;

  @Option(
      names = {"-c", "--context", "--ctx-size"},
      paramLabel = "N",
      description =
          "Tokens you want to run the model with; more than it was trained on. 1024 for demo.")
  private Optional<Integer> context = Optional.empty();

  @Option(
      names = {"-s", "--strategy"},
      paramLabel = "NAME[:FACTOR]",
      split = ",",
      description = {
        "unscaled, linear, ntk-aware, yarn or file; the factor is context / trained length if not given.",
        "May be repeated. Without it: unscaled, linear, ntk-aware and yarn, and file where the file has a scaling.",
      })
  private List<String> strategies = List.of();

  @Option(
      names = "--degrades-at",
      paramLabel = "RATIO",
      defaultValue = "1.1",
      description =
          "Perplexity over that of the control from which a strategy degrades (${DEFAULT-VALUE}).")
  private double degradesAt;

  @Option(
      names = "--breaks-at",
      paramLabel = "RATIO",
      defaultValue = "2",
      description =
          "Perplexity over that of the control from which a strategy breaks (${DEFAULT-VALUE}).")
  private double breaksAt;

  @Option(
      names = "--accept",
      paramLabel = "VERDICT",
      defaultValue = "degrades",
      description =
          "Worst verdict of the best strategy that still exits with 0: holds or degrades (${DEFAULT-VALUE}).")
  private Level accept;

  @Option(names = "--json", description = "One JSON object on standard output and nothing else.")
  private boolean json;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description =
          "Where the self-contained HTML page is written; without it rope-doctor-MODEL-N.html in the"
              + " current folder, unless --json is given.")
  private Optional<Path> html = Optional.empty();

  @Option(names = "--no-html", description = "Write no page.")
  private boolean noHtml;

  @Option(
      names = "--windows",
      paramLabel = "N",
      description = "Measure at most so many windows of the text, from its beginning.")
  private int mostWindows = Integer.MAX_VALUE;

  @Override
  public Integer call() {
    Criteria criteria = criteria();
    if (mostWindows < 1) {
      throw new InputException("--windows must be at least 1, but it is " + mostWindows);
    }
    if (probes.isSelfCheckAlone() && !text.isGiven()) {
      return checkEngine();
    }
    int contextLength = contextLength();
    if (input.isDemo()) {
      text.orElse(Demo.text());
    }
    text.check();
    attention.check();
    probes.check();
    ProbePlan plan = probes.plan();
    Optional<Path> page = page(contextLength);
    requireOwnResults(page);
    page.ifPresent(this::requireWritable);
    Examination examination;
    try (Model whole = input.load(spec.commandLine().getErr())) {
      Model model = attention.cut(whole);
      Doctor.requireExtension(model.description(), contextLength);
      List<Strategy> asked =
          strategies.isEmpty()
              ? Strategy.defaults(model, contextLength)
              : strategies.stream()
                  .map(name -> Strategy.parse(name, model, contextLength))
                  .toList();
      Doctor doctor = new Doctor(model, contextLength, asked, criteria);
      TextInput.Tokens tokens = text.read(model);
      Windows windows =
          Windows.of(tokens.ids(), contextLength, tokens.beginning()).first(mostWindows);
      // Ctrl-C ends the measurement, and what was measured is reported before the machine stops.
      try (Stop stop = Stop.onInterrupt(PATIENCE, this::ending);
          ResultStore store = probes.store(page, spec.commandLine().getErr())) {
        try (ProgressBar bar =
            new ProgressBar(spec.commandLine().getErr(), Terminal.errorIsTerminal())) {
          examination =
              doctor.examine(
                  input.path(),
                  text.description(),
                  windows,
                  plan,
                  store,
                  probes.limit().or(stop::isAsked),
                  bar);
        }
        report(examination, page);
      }
    } catch (IOException e) {
      throw new InputException("the results can't be kept: " + e.getMessage());
    }
    if (examination.probes().filter(report -> !report.sound()).isPresent()) {
      return Rope.BAD_VERDICT;
    }
    return exitCode(examination.best().map(result -> result.verdict().level()), accept);
  }

  /// The engine alone: no text, no strategies, no verdict.
  private int checkEngine() {
    if (html.isPresent()) {
      throw new InputException(
          "--html shows what is measured on a text; give one with --text, or leave --html away");
    }
    attention.check();
    probes.check();
    requireOwnResults(Optional.empty());
    PrintWriter err = spec.commandLine().getErr();
    EngineCheck check;
    try (Model whole = input.load(err)) {
      Model model = attention.cut(whole);
      int contextLength =
          strategies.isEmpty()
              ? context.orElse(model.description().contextLength())
              : contextLength();
      Strategy strategy =
          Strategy.parse(
              strategies.isEmpty() ? "file" : strategies.getLast(), model, contextLength);
      try (Stop stop = Stop.onInterrupt(PATIENCE, this::ending);
          ResultStore store = probes.store(Optional.empty(), err)) {
        try (ProgressBar bar = new ProgressBar(err, Terminal.errorIsTerminal())) {
          check =
              EngineCheck.run(
                  model,
                  strategy,
                  contextLength,
                  probes.seed(),
                  store,
                  probes.limit().or(stop::isAsked),
                  bar);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
          out.println(Json.write(repeatable(ProbeJson.of(check, input.name()))));
        } else {
          out.print(EngineCheckReport.render(check, input.name(), Terminal.outputHasColors()));
        }
        out.flush();
      }
    } catch (IOException e) {
      throw new InputException("the results can't be kept: " + e.getMessage());
    }
    return exitCode(check);
  }

  static int exitCode(EngineCheck check) {
    return check.sound() ? Rope.HOLDS : Rope.BAD_VERDICT;
  }

  /// With what was typed.
  private ObjectNode repeatable(ObjectNode json) {
    List<String> typed = spec.root().commandLine().getParseResult().originalArgs();
    return json.set("arguments", Json.value(Optional.of(typed)));
  }

  private void ending() {
    PrintWriter err = spec.commandLine().getErr();
    err.println("rope: ending after the tokens at hand; the report of what was measured follows");
    err.flush();
  }

  private void report(Examination examination, Optional<Path> page) {
    page.ifPresent(path -> write(path, HtmlReport.render(examination)));
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.write(repeatable(Json.examination(examination))));
    } else {
      out.print(TerminalReport.render(examination, Terminal.outputHasColors()));
      page.ifPresent(path -> out.println("report: " + path));
    }
    out.flush();
  }

  /// @param best verdict of the recommended strategy; empty when none is fit for use
  static int exitCode(Optional<Level> best, Level accept) {
    return best.orElse(Level.BREAKS).compareTo(accept) <= 0 ? Rope.HOLDS : Rope.BAD_VERDICT;
  }

  private Criteria criteria() {
    if (!(degradesAt > 1) || !(breaksAt >= degradesAt)) {
      throw new InputException(
          "the thresholds must satisfy 1 < --degrades-at <= --breaks-at, but they are "
              + degradesAt
              + " and "
              + breaksAt);
    }
    return Criteria.ofPerplexityRatios(degradesAt, breaksAt);
  }

  private int contextLength() {
    Optional<Integer> length = input.isDemo() ? Optional.of(Demo.CONTEXT) : Optional.empty();
    return context
        .or(() -> length)
        .orElseThrow(() ->
            new InputException(
                "the length to examine is missing; give it in tokens with --context"));
  }

  private Optional<Path> page(int contextLength) {
    if (noHtml && html.isPresent()) {
      throw new InputException("--html and --no-html contradict each other; give one of them");
    }
    if (html.isPresent() || noHtml || json) {
      return html;
    }
    String model = input.name().replaceFirst("\\.gguf$", "").replaceAll("[^A-Za-z0-9._-]", "_");
    return Optional.of(Path.of("rope-doctor-" + model + "-" + contextLength + ".html"));
  }

  /// Results are added to their file: it must be nobody else's.
  private void requireOwnResults(Optional<Path> page) {
    probes
        .results()
        .filter(file ->
            input.isFile(file)
                || (text.isGiven() && text.isFile(file))
                || page.filter(path -> Paths.same(path, file)).isPresent())
        .ifPresent(file -> {
          throw new InputException(
              "--results "
                  + file
                  + " is the model, the text or the page; name a file for the results alone");
        });
  }

  /// A measurement takes minutes: what would fail at its end fails before it.
  private void requireWritable(Path file) {
    if (input.isFile(file) || text.isFile(file)) {
      throw new InputException(
          "--html " + file + " would overwrite what is measured; name another file");
    }
    Path folder = file.toAbsolutePath().getParent();
    boolean writable =
        folder != null
            && Files.isDirectory(folder)
            && Files.isWritable(folder)
            && (!Files.exists(file) || (Files.isRegularFile(file) && Files.isWritable(file)));
    if (!writable) {
      throw new InputException(
          "the page can't be written to "
              + file
              + "; name a file in an existing folder with --html, or give --no-html");
    }
  }

  /// Beside its place first, so that a full disk leaves no half page. A link keeps pointing where
  /// it does.
  private static void write(Path file, String page) {
    try {
      Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
      Path draft = target.resolveSibling("." + target.getFileName() + ".draft");
      try {
        Files.writeString(draft, page);
        Files.move(draft, target, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(draft);
      }
    } catch (IOException e) {
      throw new InputException("the page can't be written to " + file + ": " + e.getMessage());
    }
  }
}

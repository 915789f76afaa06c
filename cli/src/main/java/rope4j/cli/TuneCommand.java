package rope4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import rope4j.checkpoint.model.FolderCheckpoint;
import rope4j.checkpoint.model.GgufCheckpoint;
import rope4j.diagnosis.recipe.Recipe;
import rope4j.inference.Model;
import rope4j.tuning.Tuner;
import rope4j.tuning.TuningRequest;
import rope4j.tuning.fitness.EvaluationCache;
import rope4j.tuning.fitness.Objective;
import rope4j.tuning.result.Artifacts;
import rope4j.tuning.result.Tuning;
import rope4j.tuning.result.TuningPage;
import rope4j.tuning.result.TuningTable;
import rope4j.tuning.search.Budget;
import rope4j.tuning.search.Preset;

/// Searches for a rotation.
@Command(
    name = "tune",
    mixinStandardHelpOptions = true,
    description =
        "Searches for the rotation that fits a model and a text at a context length, and proves on"
            + " held-out text what it gains over every closed form and what it costs short text.",
    footer = {
      "",
      "Exit codes: 0 something better was found, 1 nothing beats the best closed form, 2 bad input.",
    })
final class TuneCommand implements Callable<Integer> {

  private static final String EVALUATIONS = "evaluations.jsonl";

  @Spec private CommandSpec spec;
  @Mixin private ModelInput input;
  @Mixin private TuningTexts texts;

  @Option(
      names = {"-c", "--context", "--ctx-size"},
      paramLabel = "N",
      description =
          "Tokens you want to run the model with; more than it was trained on. 1024 for demo.")
  private Optional<Integer> context = Optional.empty();

  @Option(
      names = "--objective",
      paramLabel = "WHAT",
      description =
          "nll: predict the text past the trained length; needle: find what stands somewhere in it; both."
              + " Without it the preset's.")
  private Optional<Objective> objective = Optional.empty();

  @Option(
      names = "--budget",
      paramLabel = "EVALS|TIME",
      description =
          "Evaluations the search may take, closed forms included, each a prefill of one window, or a time"
              + " such as 10m; without it the preset's.")
  private Optional<String> budget = Optional.empty();

  @Option(
      names = "--space",
      paramLabel = "SPACE",
      split = ",",
      description =
          "base, yarn, longrope2, longrope or all; several with commas. Without it the preset's.")
  private List<String> spaces = List.of();

  @Option(
      names = "--start-tokens",
      description =
          "Let the space longrope leave the first tokens unscaled, as the paper does. No engine can run"
              + " that: what is found with it is shown, and something else recommended.")
  private boolean startTokens;

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      defaultValue = "quick",
      description = "quick, or the published settings of longrope or longrope2 (${DEFAULT-VALUE}).")
  private String preset = "quick";

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Splits the text and draws everything else (${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Folder for evaluations, page, recipes and the patched model; a search that was stopped goes on"
              + " there. Without it rope-tune-MODEL-N.")
  private Optional<Path> out = Optional.empty();

  @Option(names = "--no-model", description = "Write no patched copy of a GGUF file.")
  private boolean noModel;

  @Option(names = "--json", description = "One JSON object on standard output and nothing else.")
  private boolean json;

  @Override
  public Integer call() {
    Preset settings = Preset.of(preset);
    Budget most =
        budget
            .map(Budget::parse)
            .or(settings::budget)
            .orElse(new Budget.Evaluations(Integer.MAX_VALUE));
    int contextLength = contextLength();
    if (input.isDemo()) {
      texts.orElse(Demo.text());
    }
    texts.check();
    PrintWriter err = spec.commandLine().getErr();
    try (Model model = input.load(err)) {
      TuningTexts.Read read = texts.read(model);
      Tuner tuner =
          new Tuner(
              model,
              new TuningRequest(
                  input.path(),
                  contextLength,
                  texts.name(),
                  read.ids(),
                  read.beginning(),
                  objective.orElse(settings.objective()),
                  spaces(settings),
                  startTokens,
                  settings,
                  most,
                  seed));
      Path folder = folder(contextLength);
      requireOther(model, folder);
      Tuning tuning;
      try (EvaluationCache cache = EvaluationCache.open(folder.resolve(EVALUATIONS), model)) {
        if (cache.size() > 0) {
          err.println("rope: " + cache.size() + " evaluations are known from " + folder);
        }
        try (ProgressBar bar = new ProgressBar(err, Terminal.errorIsTerminal(), "evaluations")) {
          tuning = tuner.tune(cache, bar);
        }
      }
      report(tuning, model, folder);
      return tuning.improved() ? Rope.HOLDS : Rope.BAD_VERDICT;
    }
  }

  private List<String> spaces(Preset settings) {
    if (spaces.isEmpty()) {
      return settings.spaces();
    }
    List<String> names =
        spaces.stream().map(name -> name.strip().toLowerCase(Locale.ROOT)).distinct().toList();
    return names.contains("all") ? Preset.QUICK.spaces() : names;
  }

  private int contextLength() {
    Optional<Integer> length = input.isDemo() ? Optional.of(Demo.CONTEXT) : Optional.empty();
    return context
        .or(() -> length)
        .orElseThrow(() ->
            new InputException(
                "the length to tune for is missing; give it in tokens with --context"));
  }

  /// A search takes minutes: what would fail at its end fails before it.
  private static void requireOther(Model model, Path folder) {
    Path copy = folder.resolve("config.json");
    Path read = model.checkpoint().path();
    if (model.checkpoint() instanceof FolderCheckpoint
        && (Paths.same(copy, read) || Paths.same(copy, read.resolve("config.json")))) {
      throw new InputException(
          "--out " + folder + " is the model's own folder, whose config.json stays; name another");
    }
    if (Files.exists(copy) && Files.notExists(folder.resolve(EVALUATIONS))) {
      throw new InputException(
          "--out " + folder + " holds a model, whose config.json stays; name another folder");
    }
  }

  private Path folder(int contextLength) {
    Path folder =
        out.orElseGet(() ->
            Path.of(
                "rope-tune-" + stem().replaceAll("[^A-Za-z0-9._-]", "_") + "-" + contextLength));
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new InputException("the folder " + folder + " can't be made; name another with --out");
    }
  }

  private void report(Tuning tuning, Model model, Path folder) {
    List<Recipe> recipes = Artifacts.recipes(tuning);
    List<String> files = new ArrayList<>();
    files.add(write(folder.resolve("report.html"), TuningPage.render(tuning, recipes)));
    files.add(write(folder.resolve("recipes.txt"), Artifacts.text(recipes)));
    Artifacts.configBlock(tuning)
        .ifPresent(block -> files.add(write(folder.resolve("rope_parameters.json"), block + "\n")));
    switch (model.checkpoint()) {
      case GgufCheckpoint gguf when !noModel -> {
        Path copy = folder.resolve(stem() + "-" + tuning.contextLength() + ".gguf");
        Artifacts.writeModel(tuning, gguf.file(), copy)
            .forEach(warning -> spec.commandLine().getErr().println("rope: warning: " + warning));
        files.add(copy.toString());
      }
      case GgufCheckpoint _ -> {}
      case FolderCheckpoint config -> {
        Path copy = folder.resolve("config.json");
        Artifacts.writeConfig(tuning, config.path(), copy);
        files.add(copy.toString());
      }
    }
    String object = Json.write(TuningJson.of(tuning, recipes, files));
    files.add(write(folder.resolve("result.json"), object + "\n"));
    PrintWriter printer = spec.commandLine().getOut();
    if (json) {
      printer.println(object);
      return;
    }
    printer.print(TuningTable.render(tuning, Terminal.outputHasColors()));
    printer.println();
    files.forEach(file -> printer.println("written: " + file));
  }

  private String stem() {
    return input.name().replaceFirst("\\.gguf$", "");
  }

  private static String write(Path file, String content) {
    try {
      Files.writeString(file, content);
      return file.toString();
    } catch (IOException e) {
      throw new InputException(file + " can't be written: " + e.getMessage());
    }
  }
}

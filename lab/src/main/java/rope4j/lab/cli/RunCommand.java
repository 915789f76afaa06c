package rope4j.lab.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import rope4j.lab.experiment.Experiment;
import rope4j.lab.experiment.Experiments;
import rope4j.lab.experiment.Runner;
import rope4j.lab.result.Report;
import rope4j.lab.result.Result;

/// Runs an experiment.
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description =
        "Runs an experiment: trains its models, tests them, and shows a table and a chart. Results,"
            + " a page and pictures go to a folder.")
final class RunCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "NAME|FILE",
      description = "A shipped experiment (rope lab list), or an experiment file.")
  private String experiment = "";

  @Option(names = "--quick", description = "The experiment's quick form: fewer steps, one seed.")
  private boolean quick;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Where results, page and pictures go; default lab-out/NAME, with -quick behind it.")
  private Optional<Path> out = Optional.empty();

  @Option(
      names = "--models",
      paramLabel = "DIR",
      description =
          "Where trained models lie, for all experiments; default models, beside the results' folder."
              + " What is there already is not trained again.")
  private Optional<Path> models = Optional.empty();

  @Option(
      names = "--parallel",
      paramLabel = "N",
      description =
          "How many models are trained at once, each on one thread; default one a core. Results do"
              + " not depend on it.")
  private int parallel = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "Train each model with the seeds 0 to N-1 instead of the experiment's.")
  private Optional<Integer> seeds = Optional.empty();

  @Option(
      names = "--resume",
      description = "Go on where a run was interrupted; finished models are not trained again.")
  private boolean resume;

  @Override
  public Integer call() {
    Experiment asked = Experiments.find(experiment, quick);
    if (seeds.isPresent()) {
      if (seeds.get() < 1) {
        throw new IllegalArgumentException("--seeds must be at least 1, but it is " + seeds.get());
      }
      asked = asked.withSeeds(LongStream.range(0, seeds.get()).boxed().toList());
    }
    if (parallel < 1) {
      throw new IllegalArgumentException("--parallel must be at least 1, but it is " + parallel);
    }
    Path folder =
        out.orElse(
            Path.of(
                "lab-out", asked.name().replaceAll("[^A-Za-z0-9.]+", "-").replaceFirst("-$", "")));
    String command = "rope lab run " + experiment + (quick ? " --quick" : "");
    List<Result> results;
    try (ProgressLine progress =
        new ProgressLine(spec.commandLine().getErr(), Boolean.getBoolean("rope.stderr.terminal"))) {
      results =
          Runner.of(
                  asked,
                  folder,
                  models.orElse(folder.resolveSibling("models")),
                  parallel,
                  Lab.VERSION,
                  command)
              .run(resume, progress);
    }
    Report report = Report.of(asked.description(), results);
    report.write(folder);
    spec.commandLine().getOut().print(report.text());
    spec.commandLine().getOut().println("results, page and pictures: " + folder);
    return Lab.DONE;
  }
}

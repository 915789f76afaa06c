package rope4j.lab.cli;

import java.io.PrintWriter;
import java.util.IntSummaryStatistics;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import rope4j.lab.experiment.Experiment;
import rope4j.lab.experiment.Experiments;

/// Lists the shipped experiments.
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "Lists the experiments that are shipped.")
final class ListCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    int column = Experiments.names().stream().mapToInt(String::length).max().orElse(1);
    for (String name : Experiments.names()) {
      Experiment experiment = Experiments.find(name, false);
      out.printf(
          "%-" + column + "s  %s%n%-" + column + "s  %d trainings of %s steps%n",
          name,
          experiment.description(),
          "",
          experiment.jobs().size(),
          steps(experiment));
    }
    out.println();
    out.println("rope lab run NAME [--quick] runs one; docs/lab.md says how to write another.");
    return Lab.DONE;
  }

  /// Of all trainings alike, or from the shortest to the longest.
  private static String steps(Experiment experiment) {
    IntSummaryStatistics steps =
        experiment.jobs().stream()
            .mapToInt(job -> experiment.training(job).steps())
            .summaryStatistics();
    return steps.getMin() == steps.getMax()
        ? String.valueOf(steps.getMin())
        : steps.getMin() + " to " + steps.getMax();
  }
}

package rope4j.lab.cli;

import java.io.PrintWriter;
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
    for (String name : Experiments.names()) {
      Experiment experiment = Experiments.find(name, false);
      out.printf(
          "%-12s %s%n%-12s %d trainings of %d steps%n",
          name,
          experiment.description(),
          "",
          experiment.jobs().size(),
          experiment.training().steps());
    }
    out.println();
    out.println("rope lab run NAME [--quick] runs one; docs/lab.md says how to write another.");
    return Lab.DONE;
  }
}

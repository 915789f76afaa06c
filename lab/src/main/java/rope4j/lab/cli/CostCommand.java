package rope4j.lab.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import rope4j.lab.experiment.Costs;
import rope4j.lab.experiment.Experiment;
import rope4j.lab.experiment.Experiments;
import rope4j.lab.training.StepCost;

/// Measures what position encodings cost in training.
@Command(
    name = "cost",
    mixinStandardHelpOptions = true,
    description =
        "Measures time and memory of a training step under each encoding of an experiment, against"
            + " none at all.")
final class CostCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "NAME|FILE",
      description = "A shipped experiment (rope lab list), or an experiment file.")
  private String experiment = "";

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Steps of each encoding, in turn (${DEFAULT-VALUE}).")
  private int rounds = 40;

  @Override
  public Integer call() {
    if (rounds < 1) {
      throw new IllegalArgumentException("--rounds must be at least 1, but it is " + rounds);
    }
    Experiment asked = Experiments.find(experiment, false);
    SequencedMap<String, StepCost> costs = Costs.of(asked, rounds);
    OptionalLong none = costs.firstEntry().getValue().bytes();
    PrintWriter out = spec.commandLine().getOut();
    out.println("| encoding | ms a step | more time (middle half) | MiB held | more memory |");
    out.println("|---|--:|--:|--:|--:|");
    costs.forEach((name, cost) -> out.println(line(name, cost, none)));
    out.println();
    out.printf(
        Locale.ROOT,
        "A step of %d × %d tokens on one thread, of the processor's time; the memory is what is"
            + " held between the forward and the backward pass. Median of %d steps in turn.%n",
        asked.training().batch(),
        asked.training().length(),
        rounds);
    return Lab.DONE;
  }

  private static String line(String name, StepCost cost, OptionalLong none) {
    return String.format(
        Locale.ROOT,
        "| %s | %.1f | %s (%s to %s) | %s | %s |",
        name,
        1e3 * cost.seconds(),
        percent(cost.ratio()),
        percent(cost.ratioFrom()),
        percent(cost.ratioTo()),
        cost.bytes().isPresent()
            ? String.format(Locale.ROOT, "%.1f", cost.bytes().getAsLong() / 0x1p20)
            : "–",
        cost.bytes().isPresent() && none.isPresent()
            ? percent((double) cost.bytes().getAsLong() / none.getAsLong())
            : "–");
  }

  private static String percent(double ratio) {
    return String.format(Locale.ROOT, "%+.1f %%", 100 * (ratio - 1));
  }
}

package rope4j.lab.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import rope4j.lab.demo.DemoModel;

/// Trains the model that ships.
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description =
        "Trains the model of `rope doctor demo`; the same command goes on where it was stopped.")
final class DemoCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the model, its text and its log are written (${DEFAULT-VALUE}).")
  private Path out = Path.of("lab-out/demo");

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    DemoModel.train(out, err::println);
    spec.commandLine().getOut().println("model: " + out.resolve("story.gguf"));
    return Lab.DONE;
  }
}

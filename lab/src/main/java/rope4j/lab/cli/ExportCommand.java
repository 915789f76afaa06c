package rope4j.lab.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import rope4j.lab.experiment.CheckpointExport;
import rope4j.lab.experiment.Experiment;
import rope4j.lab.experiment.Experiments;
import rope4j.lab.export.Storage;

/// Takes a trained model out of the lab.
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = "Writes a checkpoint of an experiment as a GGUF file of bare token ids.")
final class ExportCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "NAME|FILE",
      description = "The experiment that the checkpoint is of.")
  private String experiment = "";

  @Parameters(
      index = "1",
      paramLabel = "CHECKPOINT",
      description = "A run.safetensors below the experiment's folder checkpoints.")
  private Path checkpoint = Path.of("");

  @Parameters(index = "2", paramLabel = "GGUF", description = "The file to write.")
  private Path file = Path.of("");

  @Option(names = "--quick", description = "The checkpoint is of the experiment's quick form.")
  private boolean quick;

  @Option(
      names = "--encoding",
      paramLabel = "NAME",
      defaultValue = "rope",
      description = "The encoding it was trained with (${DEFAULT-VALUE}).")
  private String encoding = "";

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      defaultValue = "F16",
      description = "How matrices are stored: F32, F16 or Q8_0 (${DEFAULT-VALUE}).")
  private Storage storage = Storage.F16;

  @Override
  public Integer call() {
    Experiment asked = Experiments.find(experiment, quick);
    CheckpointExport.write(asked, encoding, checkpoint, storage, file);
    spec.commandLine().getOut().println("model: " + file);
    return Lab.DONE;
  }
}

package rope4j.lab.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import rope4j.checkpoint.CheckpointException;
import rope4j.lab.experiment.Encoding;
import rope4j.lab.experiment.Experiment;
import rope4j.lab.experiment.Experiments;
import rope4j.lab.experiment.StoredModel;
import rope4j.lab.export.GgufExport;
import rope4j.lab.export.HuggingFaceExport;
import rope4j.lab.export.Release;
import rope4j.lab.export.Storage;
import rope4j.lab.export.Writing;
import rope4j.lab.task.Example;

/// Writes a model that an experiment trained as files that other programs read.
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description =
        "Writes a trained model as model.gguf and as a Hugging Face folder, with examples of its"
            + " task as text.")
final class ExportCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "NAME|FILE|MODEL",
      description =
          "An experiment that has been run, by its name or file; or the folder of a trained model.")
  private String what = "";

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Where the files are written.")
  private Path out = Path.of("");

  @Option(names = "--quick", description = "The model of the experiment's quick form.")
  private boolean quick;

  @Option(
      names = "--encoding",
      paramLabel = "NAME",
      description = "Which of the experiment's encodings; default the first.")
  private Optional<String> encoding = Optional.empty();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Which of the experiment's seeds; default the first.")
  private Optional<Long> seed = Optional.empty();

  @Option(
      names = "--models",
      paramLabel = "DIR",
      description = "Where trained models lie (${DEFAULT-VALUE}).")
  private Path models = Path.of("lab-out", "models");

  @Option(
      names = "--storage",
      paramLabel = "TYPE",
      description = "How model.gguf stores matrices: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
  private Storage storage = Storage.F32;

  @Option(
      names = "--examples",
      paramLabel = "N",
      description = "How many examples are written, one a line (${DEFAULT-VALUE}).")
  private int examples = 64;

  @Option(
      names = "--length",
      paramLabel = "N",
      description = "Tokens of an example; default four times the trained length.")
  private Optional<Integer> length = Optional.empty();

  @Override
  public Integer call() {
    if (examples < 1) {
      throw new IllegalArgumentException("--examples must be at least 1, but it is " + examples);
    }
    Path folder = folder();
    String written;
    try (StoredModel stored = StoredModel.read(folder)) {
      Release release =
          Release.asTrained("rope4j lab", stored.model(), Writing.vocabulary(stored.task()));
      int tokens = length.orElse(4 * stored.model().config().trainedLength());
      String text =
          stored.examples(examples, tokens).stream()
              .map(Example::inputs)
              .map(ids -> Writing.text(stored.task(), ids) + "\n")
              .collect(Collectors.joining());
      written = write(release, text);
    }
    spec.commandLine().getOut().println(written + ": " + out);
    return Lab.DONE;
  }

  /// What can't be written is known before anything is.
  ///
  /// @return what was written
  private String write(Release release, String text) {
    Path forTransformers = out.resolve("huggingface");
    Optional<String> unsaid = HuggingFaceExport.unsaid(release);
    if (unsaid.isPresent() && Files.exists(forTransformers)) {
      throw new CheckpointException(
          forTransformers
              + ": this is of another model, and this one can't take its place ("
              + unsaid.get()
              + "); delete it, or name another folder with --out");
    }
    GgufExport.write(release, storage, out.resolve("model.gguf"));
    try {
      Files.writeString(out.resolve("examples.txt"), text);
    } catch (IOException e) {
      throw new CheckpointException(out + ": nothing can be written there (" + e + ")", e);
    }
    if (unsaid.isPresent()) {
      return "model.gguf and examples.txt, but no folder huggingface because " + unsaid.get();
    }
    HuggingFaceExport.write(release, forTransformers);
    return "model.gguf, a folder huggingface and examples.txt";
  }

  private Path folder() {
    if (Files.isDirectory(Path.of(what))) {
      return Path.of(what);
    }
    Experiment experiment = Experiments.find(what, quick);
    List<String> names = experiment.encodings().stream().map(Encoding::name).toList();
    String name = encoding.orElse(names.getFirst());
    if (!names.contains(name)) {
      throw new IllegalArgumentException(
          "--encoding " + name + ": there are " + String.join(", ", names));
    }
    Encoding chosen = experiment.encodings().get(names.indexOf(name));
    long number = seed.orElse(experiment.seeds().getFirst());
    return StoredModel.folder(models, experiment, new Experiment.Job(chosen, number));
  }
}

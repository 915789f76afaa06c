package rope4j.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import rope4j.checkpoint.model.Checkpoint;
import rope4j.diagnosis.ComparisonReport;
import rope4j.diagnosis.InspectionReport;
import rope4j.diagnosis.comparison.Comparison;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.inspection.Inspection;
import rope4j.diagnosis.inspection.Inspector;
import rope4j.diagnosis.launch.Launch;
import rope4j.diagnosis.rules.Rules;
import tools.jackson.databind.node.ObjectNode;

/// Everything that needs no weights.
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    description =
        "Tells from a model's files alone what happens at a context length: how engines rotate it, which"
            + " angles are new to it, what is wrong, what its cache takes, and the text that mends it.")
final class InspectCommand implements Callable<Integer> {

  /// No command line is longer; a Modelfile has a few kilobytes.
  private static final int LONGEST_LAUNCH = 1 << 20;

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "MODEL",
      converter = Demo.class,
      description = "A .gguf file, a Hugging Face model folder, or a config.json.")
  private Path path = Path.of("");

  @Option(
      names = {"-c", "--context", "--ctx-size"},
      paramLabel = "N",
      description = "Tokens wanted; without it the launch's, else what the files advertise.")
  private Optional<Integer> context = Optional.empty();

  @Option(
      names = {"-e", "--engine"},
      paramLabel = "ENGINE",
      description =
          "Only what concerns one engine: transformers, vllm, llama.cpp, sglang, ollama, lm-studio,"
              + " koboldcpp, jlama, llama3.java or gpullama3.")
  private Optional<String> engine = Optional.empty();

  @Option(
      names = "--launch",
      paramLabel = "TEXT|@FILE",
      description =
          "How you start it: the command line, a Modelfile or a call of from_pretrained, as one word or"
              + " in a file. It is judged together with the model; nothing of it is run.")
  private Optional<String> launch = Optional.empty();

  @Option(
      names = "--compare",
      paramLabel = "ENGINE",
      split = ",",
      description =
          "Engines to compare, for example transformers,vllm,llama.cpp: where they rotate differently at"
              + " this length, by how many radians, and which is right.")
  private List<String> compare = List.of();

  @Option(names = "--json", description = "One JSON object on standard output and nothing else.")
  private boolean json;

  @Option(
      names = "--sarif",
      description =
          "The findings as SARIF 2.1.0 on standard output and nothing else, for code review.")
  private boolean sarif;

  @Option(
      names = {"-v", "--verbose"},
      description =
          "Every value with its place, every pair, every strategy, every note, every recipe.")
  private boolean verbose;

  @Override
  public Integer call() {
    OptionalInt tokens = tokens();
    Optional<Engine> chosen = engine.map(Engine::of);
    List<Engine> engines = compare.stream().map(String::strip).map(Engine::of).toList();
    requireOneOutput();
    Optional<Launch> start = launch.map(text -> Launch.parse(launchText(text)));
    if (path.toString().isEmpty()) {
      throw new InputException(
          "the name of the model is empty; give a .gguf file, a model folder or a config.json");
    }
    try (Checkpoint checkpoint = Checkpoint.open(path)) {
      Inspection inspection = Inspector.inspect(checkpoint, chosen, start, tokens);
      Optional<Comparison> comparison =
          engines.isEmpty()
              ? Optional.empty()
              : Optional.of(Comparison.of(checkpoint, engines, inspection.lengths().requested()));
      print(inspection, comparison, spec.commandLine().getOut());
      return inspection.hasErrors() ? Rope.BAD_VERDICT : Rope.HOLDS;
    }
  }

  private void requireOneOutput() {
    if (json && sarif) {
      throw new InputException("--json and --sarif are two outputs; give one of them");
    }
    if (sarif && !compare.isEmpty()) {
      throw new InputException(
          "--sarif holds findings only; give --compare with --json or without either");
    }
  }

  private void print(Inspection inspection, Optional<Comparison> comparison, PrintWriter out) {
    if (sarif) {
      out.println(Json.write(Sarif.of(inspection.findings(), Rules.all(), path, Path.of(""))));
    } else if (json) {
      ObjectNode object = InspectionJson.of(inspection);
      comparison.ifPresent(it -> object.set("comparison", ComparisonJson.of(it)));
      out.println(Json.write(object));
    } else {
      boolean colors = Terminal.outputHasColors();
      out.print(InspectionReport.render(inspection, verbose, colors));
      comparison.ifPresent(it -> out.print(ComparisonReport.render(it, colors)));
    }
  }

  private OptionalInt tokens() {
    if (context.isPresent() && context.get() < 1) {
      throw new InputException("--context must be at least 1 token, but it is " + context.get());
    }
    return context.map(OptionalInt::of).orElse(OptionalInt.empty());
  }

  /// The text itself, or what the file behind an `@` holds.
  private static String launchText(String given) {
    if (!given.startsWith("@")) {
      return given;
    }
    Path file = Path.of(given.substring(1));
    if (Files.isDirectory(file)) {
      throw new InputException("--launch " + given + ": this is a folder; name a file in it");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(LONGEST_LAUNCH + 1);
      if (bytes.length > LONGEST_LAUNCH) {
        throw new InputException(
            "--launch " + given + ": the file is larger than 1 MiB, so it is no command line");
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException _) {
      throw new InputException("--launch " + given + ": the file is not UTF-8 text");
    } catch (IOException _) {
      throw new InputException(
          "--launch " + given + ": the file can't be read; check the path and its permissions");
    }
  }
}

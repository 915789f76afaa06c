package rope4j.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.patch.ConfigPatch;
import rope4j.checkpoint.patch.ConfigPatcher;
import rope4j.checkpoint.patch.FactorTensors;
import rope4j.checkpoint.patch.FactorTensors.Llama3Rule;
import rope4j.checkpoint.patch.GgufPatch;
import rope4j.checkpoint.patch.GgufPatcher;
import rope4j.checkpoint.patch.PatchResult;
import rope4j.checkpoint.patch.RopeConfigPatch;
import rope4j.checkpoint.patch.RopeConfigPatch.Spelling;
import rope4j.checkpoint.patch.RopePatch;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Writes a scaling into a copy of a model file.
@Command(
    name = "patch",
    mixinStandardHelpOptions = true,
    description =
        "Writes a scaling into a copy of a GGUF file (or, with --config, of a config.json), for engines"
            + " that have no flags for it. The weights stay as they are.")
final class PatchCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private RopeFlags rope;
  @Mixin private KeyChanges keys;

  @Parameters(
      index = "0",
      paramLabel = "IN",
      description = "A .gguf file; with --config a config.json or a model folder.")
  private Path in = Path.of("");

  @Parameters(index = "1", paramLabel = "OUT", description = "The file to write.")
  private Path out = Path.of("");

  @Option(
      names = {"-c", "--ctx-size"},
      paramLabel = "N",
      description = "Context length the file advertises, tokens.")
  private Optional<Integer> contextLength = Optional.empty();

  @Option(
      names = "--rope-freqs",
      paramLabel = "LIST",
      description =
          "Divisors of the frequencies, one a pair: numbers with commas between, a file of them, or Llama 3.1's rule as"
              + " llama3:FACTOR[,LOW,HIGH,ORIGINAL] (1, 4 and the trained length when left away).")
  private Optional<String> frequencyFactors = Optional.empty();

  @Option(
      names = "--rope-factors-long",
      paramLabel = "FILE",
      description = "LongRoPE's divisors for contexts past the trained length.")
  private Optional<Path> longFactors = Optional.empty();

  @Option(
      names = "--rope-factors-short",
      paramLabel = "FILE",
      description = "LongRoPE's divisors for the other contexts.")
  private Optional<Path> shortFactors = Optional.empty();

  @Option(
      names = "--config",
      description = "IN is a config.json or a model folder, OUT the config.json to write.")
  private boolean config;

  @Option(
      names = "--transformers",
      paramLabel = "VERSION",
      description = "With --config: write for Transformers 4, 5 or both (default).")
  private Optional<String> transformers = Optional.empty();

  @Option(names = "--force", description = "Replace OUT where it exists.")
  private boolean force;

  @Option(names = "--dry-run", description = "Check and show everything, write nothing.")
  private boolean dryRun;

  @Option(names = "--json", description = "One JSON object on standard output and nothing else.")
  private boolean json;

  private final List<String> warnings = new ArrayList<>();

  @Override
  public Integer call() {
    PatchResult result = config ? patchConfig() : patchModel();
    PrintWriter printer = spec.commandLine().getOut();
    if (json) {
      printer.println(Json.write(toJson(result)));
    } else {
      print(result, printer);
    }
    return Rope.HOLDS;
  }

  private PatchResult patchModel() {
    if (transformers.isPresent()) {
      throw new InputException("--transformers goes with --config; add it or leave both away");
    }
    if (Files.isDirectory(in) || in.toString().endsWith(".json")) {
      throw new InputException(in + " is no GGUF file; add --config to patch a config.json");
    }
    RopeOverrides flags = rope.overrides();
    FactorTensors factors = factors();
    boolean rotation =
        !flags.equals(RopeOverrides.NONE)
            || contextLength.isPresent()
            || !factors.equals(FactorTensors.NONE);
    if (!rotation && keys.isEmpty()) {
      throw nothingAsked();
    }
    try (GgufFile file = GgufFile.open(in)) {
      GgufPatch patch = keys.patch(file.metadata());
      Consumer<GgufFile> check = _ -> {};
      if (rotation) {
        RopePatch changes = RopePatch.of(file, flags, context(), factors, keys.removedTensors());
        changes.warnings().forEach(this::warn);
        patch = changes.patch().and(patch);
        if (!keys.touchRotation()) {
          check = changes.rotation()::accept;
        }
      }
      return dryRun
          ? GgufPatcher.rehearse(file, patch, out, force, check)
          : GgufPatcher.write(file, patch, out, force, check);
    }
  }

  private static InputException nothingAsked() {
    return new InputException(
        "nothing is to be changed; give a scaling (--rope-scaling, --rope-scale, --rope-freq-base,"
            + " --yarn-…), -c, --rope-freqs, --rope-factors-long and -short, --set, --remove or"
            + " --remove-tensor");
  }

  private PatchResult patchConfig() {
    if (!keys.isEmpty() || longFactors.isPresent() || shortFactors.isPresent()) {
      throw new InputException(
          "--set, --remove, --remove-tensor and --rope-factors-… change GGUF files; leave them or"
              + " --config away");
    }
    Spelling spelling =
        switch (transformers.orElse("both")) {
          case "4" -> Spelling.V4;
          case "5" -> Spelling.V5;
          case "both" -> Spelling.BOTH;
          case String other ->
              throw new InputException(
                  "--transformers must be 4, 5 or both, but it is '" + other + "'");
        };
    RopeOverrides flags = rope.overrides();
    Optional<Llama3Rule> rule =
        factors()
            .all()
            .map(divisors -> {
              if (divisors instanceof Llama3Rule llama3) {
                return llama3;
              }
              throw new InputException(
                  "a config.json can't hold a list of frequency factors; give --rope-freqs"
                      + " llama3:FACTOR");
            });
    if (rule.isPresent()
        && (flags.scalingType().isPresent() || flags.frequencyScale().isPresent())) {
      throw new InputException(
          "a config.json holds one scaling; give --rope-freqs or --rope-scaling and --rope-scale");
    }
    if (flags.equals(RopeOverrides.NONE)
        && contextLength.isEmpty()
        && rule.isEmpty()
        && transformers.isEmpty()) {
      throw new InputException(
          "nothing is to be changed; give a scaling (--rope-scaling, --rope-scale, --rope-freq-base,"
              + " --yarn-…), -c, --rope-freqs llama3:FACTOR, or --transformers to spell what it says"
              + " anew");
    }
    OptionalInt context = context();
    Function<byte[], ConfigPatch> patch =
        bytes -> RopeConfigPatch.of(bytes, flags, context, rule, spelling);
    return dryRun
        ? ConfigPatcher.rehearse(in, patch, out, force)
        : ConfigPatcher.write(in, patch, out, force);
  }

  private OptionalInt context() {
    if (contextLength.isPresent() && contextLength.get() < 1) {
      throw new InputException(
          "--ctx-size must be at least 1 token, but it is " + contextLength.get());
    }
    return contextLength.map(OptionalInt::of).orElse(OptionalInt.empty());
  }

  private FactorTensors factors() {
    return new FactorTensors(
        frequencyFactors.map(DivisorInput::parse),
        longFactors.map(DivisorInput::read),
        shortFactors.map(DivisorInput::read));
  }

  private void warn(String warning) {
    warnings.add(warning);
    spec.commandLine().getErr().println("rope: warning: " + warning);
  }

  private void print(PatchResult result, PrintWriter printer) {
    printer.printf(
        java.util.Locale.ROOT,
        "%s%s (%,d bytes)%n",
        dryRun ? "would write " : "",
        out,
        result.bytes());
    int width = result.edits().stream().mapToInt(edit -> edit.key().length()).max().orElse(1);
    for (PatchResult.Edit edit : result.edits()) {
      printer.println(
          "  "
              + edit.key()
              + " ".repeat(width - edit.key().length())
              + "  "
              + shown(edit.from())
              + " → "
              + shown(edit.to()));
    }
  }

  /// One line, be the value an object.
  private static String shown(Optional<PatchResult.Value> value) {
    return value.map(found -> PlainWriter.line(found.text())).orElse("–");
  }

  private ObjectNode toJson(PatchResult result) {
    ObjectNode root = Json.object();
    root.put("model", in.toString());
    root.put("output", out.toString());
    ArrayNode changes = root.putArray("changes");
    for (PatchResult.Edit edit : result.edits()) {
      ObjectNode change = changes.addObject().put("key", edit.key());
      change.set("from", Json.value(edit.from().flatMap(PatchResult.Value::json)));
      change.set("to", Json.value(edit.to().flatMap(PatchResult.Value::json)));
    }
    ArrayNode warned = root.putArray("warnings");
    warnings.forEach(warned::add);
    return root.put("bytes", result.bytes());
  }
}

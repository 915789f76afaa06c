package rope4j.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.config.Dialect;
import rope4j.checkpoint.config.HuggingFaceConfig;
import rope4j.checkpoint.config.LayerRope;
import rope4j.checkpoint.config.RopeReading;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Inverse frequencies and attention factor of every type of layer, as one engine computes them.
@Command(
    name = "frequencies",
    mixinStandardHelpOptions = true,
    description =
        "Inverse frequencies and attention factor per layer type, as one engine computes them.")
final class FrequenciesCommand implements Callable<Integer> {

  private static final byte[] GGUF = "GGUF".getBytes(StandardCharsets.US_ASCII);

  @Spec private CommandSpec spec;
  @Mixin private RopeFlags rope;

  @Parameters(
      paramLabel = "MODEL",
      converter = Demo.class,
      description = "A .gguf file, a Hugging Face model folder, or a config.json.")
  private Path path = Path.of("");

  @Option(
      names = {"--context", "-c", "--ctx-size"},
      paramLabel = "N",
      description = "Tokens of the context; without it what the engine runs with by itself.")
  private Optional<Integer> contextLength = Optional.empty();

  @Option(
      names = "--dialect",
      paramLabel = "ENGINE",
      description =
          "transformers, vllm, llama.cpp or paper; without it llama.cpp for a .gguf file and"
              + " transformers for a config.json.")
  private Optional<String> dialect = Optional.empty();

  @Option(names = "--json", description = "One JSON object on standard output and nothing else.")
  private boolean json;

  @Override
  public Integer call() {
    RopeReading reading = read();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.write(toJson(reading)));
    } else {
      FrequencyTable.print(out, name(), reading);
    }
    return Rope.HOLDS;
  }

  private RopeReading read() {
    RopeOverrides overrides = rope.overrides();
    Optional<Dialect> asked = dialect.map(Dialect::of);
    OptionalInt length = context();
    if (!isGguf()) {
      return RopeReading.of(
          HuggingFaceConfig.read(path), asked.orElse(Dialect.TRANSFORMERS), length, overrides);
    }
    if (asked.isPresent() && asked.get() != Dialect.LLAMA_CPP) {
      throw new InputException(
          path
              + " is a GGUF file, which holds what llama.cpp reads; for --dialect "
              + asked.get().label()
              + " name the model's config.json");
    }
    try (GgufFile file = GgufFile.open(path)) {
      return RopeReading.of(ModelDescription.of(file), length, overrides);
    }
  }

  private OptionalInt context() {
    int length = contextLength.orElse(0);
    if (length < 0) {
      throw new InputException("--context must be at least 1 token, but it is " + length);
    }
    return length == 0 ? OptionalInt.empty() : OptionalInt.of(length);
  }

  private boolean isGguf() {
    if (path.toString().toLowerCase(Locale.ROOT).endsWith(".gguf")) {
      return true;
    }
    if (!Files.isRegularFile(path)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(path)) {
      return Arrays.equals(in.readNBytes(GGUF.length), GGUF);
    } catch (IOException e) {
      return false; // The reader says what is wrong with it.
    }
  }

  private String name() {
    Path name = path.toAbsolutePath().normalize().getFileName();
    return name == null ? path.toString() : name.toString();
  }

  private ObjectNode toJson(RopeReading reading) {
    ObjectNode root = Json.object();
    root.put("model", name());
    root.put("dialect", reading.dialect().label());
    root.put("contextLength", reading.contextLength());
    ArrayNode layers = root.putArray("layers");
    reading.layers().forEach(layer -> layers.add(toJson(layer)));
    ArrayNode warnings = root.putArray("warnings");
    reading.warnings().forEach(warnings::add);
    return root;
  }

  private static ObjectNode toJson(LayerRope layer) {
    ObjectNode json = Json.object();
    layer
        .layerType()
        .ifPresentOrElse(type -> json.put("layerType", type), () -> json.putNull("layerType"));
    json.put("ropeType", layer.ropeType());
    json.put("headDimension", layer.headDimension());
    json.put("rotaryDimension", layer.rotaryDimension());
    json.put("pairing", layer.pairing().name().toLowerCase(Locale.ROOT));
    json.put("base", layer.base());
    json.put("attentionFactor", layer.frequencies().attentionFactor());
    json.put("softmaxScaleMultiplier", layer.frequencies().softmaxScaleMultiplier());
    ArrayNode inverse = json.putArray("inverseFrequencies");
    for (double frequency : layer.frequencies().inverse()) {
      inverse.add(frequency);
    }
    return json;
  }
}

package rope4j.inference;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.RopeScalingType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What llama.cpp computed for one model: tokens, rope settings, NLL by position and some logits.
///
/// Read from the test resources, from the folder `-Drope4j.parity=DIR`, and from `../shared/parity`
/// beside a checkout that has it.
record ParityFixture(Path file, JsonNode json) {

  /// One rope setting.
  record Case(ParityFixture fixture, JsonNode json) {

    String id() {
      return json.get("id").asString();
    }

    int contextLength() {
      return json.get("n_ctx").asInt();
    }

    double[] nll() {
      return doubles(json.get("nll"));
    }

    RopeOverrides flags() {
      JsonNode rope = json.get("rope");
      return new RopeOverrides(
          rope.has("rope_scaling_type")
              ? RopeScalingType.of(rope.get("rope_scaling_type").asString())
              : Optional.empty(),
          real(rope, "rope_freq_base"),
          real(rope, "rope_freq_scale"),
          rope.has("yarn_orig_ctx")
              ? OptionalInt.of(rope.get("yarn_orig_ctx").asInt())
              : OptionalInt.empty(),
          real(rope, "yarn_ext_factor"),
          real(rope, "yarn_attn_factor"),
          real(rope, "yarn_beta_fast"),
          real(rope, "yarn_beta_slow"));
    }

    @Override
    public String toString() {
      return fixture.file.getFileName() + " " + id();
    }
  }

  static List<ParityFixture> all() {
    String named = System.getProperty("rope4j.parity");
    if (named != null) {
      return in(Path.of(named));
    }
    List<ParityFixture> fixtures = new ArrayList<>(in(Path.of("src/test/resources/parity")));
    Path shared = Path.of("../../shared/parity");
    if (Files.isDirectory(shared)) {
      in(shared).stream()
          .filter(f ->
              fixtures.stream().noneMatch(g -> g.file.getFileName().equals(f.file.getFileName())))
          .forEach(fixtures::add);
    }
    return fixtures;
  }

  private static List<ParityFixture> in(Path folder) {
    try (Stream<Path> files = Files.walk(folder, 2)) {
      return files
          .filter(f -> f.toString().endsWith(".json"))
          .sorted()
          .map(f -> new ParityFixture(f, JsonMapper.shared().readTree(f.toFile())))
          .filter(f -> f.json.has("cases"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String architecture() {
    return json.get("arch").asString();
  }

  Path model() {
    return file.resolveSibling(json.get("model").asString());
  }

  int[] tokens() {
    return StreamSupport.stream(json.get("tokens").spliterator(), false)
        .mapToInt(JsonNode::asInt)
        .toArray();
  }

  List<Case> cases() {
    return StreamSupport.stream(json.get("cases").spliterator(), false)
        .map(c -> new Case(this, c))
        .toList();
  }

  /// Whether the model is a trained one, not random weights.
  boolean isTrained() {
    return json.has("trained_ctx");
  }

  /// Whether activations go through ggml's table of GELU.
  boolean hasGelu() {
    return json.path("gelu").asBoolean(false);
  }

  boolean hasTolerance(String what) {
    return tolerances().has(what);
  }

  double tolerance(String what) {
    return tolerances().get(what).asDouble();
  }

  private JsonNode tolerances() {
    JsonNode tolerances = json.get("tolerance");
    return tolerances.has("gelu_f16_table") ? tolerances.get("gelu_f16_table") : tolerances;
  }

  static double[] doubles(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }

  private static OptionalDouble real(JsonNode node, String field) {
    return node.has(field) ? OptionalDouble.of(node.get(field).asDouble()) : OptionalDouble.empty();
  }
}

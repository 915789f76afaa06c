package rope4j.checkpoint.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Vectors that came out of running the engines themselves: from the folders of this module and of
/// rotation, or from the one that `-Drope4j.goldens` names.
final class Goldens {

  private static final List<Path> FOLDERS =
      List.of(
          Path.of("src/test/resources/goldens"), Path.of("../rotation/src/test/resources/goldens"));

  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private Goldens() {}

  /// One vector; its name is its id.
  record Case(JsonNode node) {

    String id() {
      return node.get("id").asString();
    }

    JsonNode get(String key) {
      JsonNode value = node.get(key);
      if (value == null) {
        throw new AssertionError(id() + " has no " + key);
      }
      return value;
    }

    JsonNode expect() {
      return get("expect");
    }

    @Override
    public String toString() {
      return id();
    }
  }

  /// Every case of a file, at least one.
  static Stream<Case> cases(String file) {
    List<Case> cases = new ArrayList<>();
    for (JsonNode node : read(file + ".json").get("cases")) {
      cases.add(new Case(node));
    }
    assertThat(cases).as(file).isNotEmpty();
    return cases.stream();
  }

  private static JsonNode read(String name) {
    String other = System.getProperty("rope4j.goldens");
    List<Path> folders = other == null ? FOLDERS : List.of(Path.of(other));
    for (Path folder : folders) {
      Path file = folder.resolve(name);
      if (Files.exists(file)) {
        try {
          return MAPPER.readTree(Files.readString(file));
        } catch (IOException e) {
          throw new AssertionError(file + " can't be read", e);
        }
      }
    }
    throw new AssertionError("golden file " + name + " is in none of " + folders);
  }

  /// A configuration object of a golden file, read by this module's own reader.
  static HuggingFaceConfig config(JsonNode object) {
    return HuggingFaceConfig.parse("golden", object.toString().getBytes(StandardCharsets.UTF_8));
  }

  static HuggingFaceConfig config(JsonNode object, String modelType) {
    return config(((ObjectNode) object.deepCopy()).put("model_type", modelType));
  }

  static JsonNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }

  static double[] doubles(JsonNode list) {
    double[] values = new double[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.get(i).asDouble();
    }
    return values;
  }

  /// Asserts equality up to a relative error; zeros must be zeros.
  static void assertRelative(double[] actual, double[] expected, double error, String what) {
    assertThat(actual.length).as(what).isEqualTo(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i])
          .as("%s, index %d", what, i)
          .isCloseTo(expected[i], within(Math.abs(expected[i]) * error));
    }
  }

  /// Asserts that two JSON values are equal, 40 and 40.0 being the same.
  static void assertSame(JsonNode actual, JsonNode expected, String what) {
    if (expected.isNumber()) {
      assertThat(actual.isNumber()).as(what).isTrue();
      assertThat(actual.asDouble()).as(what).isEqualTo(expected.asDouble());
    } else if (expected.isObject()) {
      assertThat(actual.propertyNames())
          .as(what)
          .containsExactlyInAnyOrderElementsOf(expected.propertyNames());
      expected
          .propertyNames()
          .forEach(key -> assertSame(actual.get(key), expected.get(key), what + "." + key));
    } else if (expected.isArray()) {
      assertThat(actual.size()).as(what).isEqualTo(expected.size());
      for (int i = 0; i < expected.size(); i++) {
        assertSame(actual.get(i), expected.get(i), what + "[" + i + "]");
      }
    } else {
      assertThat(actual).as(what).isEqualTo(expected);
    }
  }
}

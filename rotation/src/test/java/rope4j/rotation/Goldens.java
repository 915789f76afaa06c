package rope4j.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import rope4j.rotation.dialect.RopeSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Vectors that came out of running the engines themselves: from the test resources, or from the
/// folder that `-Drope4j.goldens` names.
public final class Goldens {

  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private Goldens() {}

  /// One vector; its name is its id.
  public record Case(JsonNode node) {

    public String id() {
      return node.get("id").asString();
    }

    public String group() {
      return node.get("group").asString();
    }

    public JsonNode get(String key) {
      JsonNode value = node.get(key);
      if (value == null) {
        throw new AssertionError(id() + " has no " + key);
      }
      return value;
    }

    public boolean has(String key) {
      return node.hasNonNull(key);
    }

    public JsonNode expect() {
      return get("expect");
    }

    @Override
    public String toString() {
      return id();
    }
  }

  /// Every case of a file, at least one.
  public static Stream<Case> cases(String file) {
    List<Case> cases = new ArrayList<>();
    for (JsonNode node : read(file + ".json").get("cases")) {
      cases.add(new Case(node));
    }
    assertThat(cases).as(file).isNotEmpty();
    return cases.stream();
  }

  private static JsonNode read(String name) {
    String folder = System.getProperty("rope4j.goldens");
    try (InputStream in =
        folder == null
            ? Goldens.class.getResourceAsStream("/goldens/" + name)
            : Files.newInputStream(Path.of(folder, name))) {
      return MAPPER.readTree(in);
    } catch (IOException e) {
      throw new AssertionError("golden file " + name + " can't be read", e);
    }
  }

  public static double[] doubles(JsonNode list) {
    double[] values = new double[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.get(i).asDouble();
    }
    return values;
  }

  public static float[] floats(JsonNode list) {
    float[] values = new float[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) list.get(i).asDouble();
    }
    return values;
  }

  public static int[] ints(JsonNode list) {
    int[] values = new int[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.get(i).asInt();
    }
    return values;
  }

  /// A frequency buffer of float32 values, widened.
  public static double[] widened(JsonNode list) {
    double[] values = doubles(list);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) values[i];
    }
    return values;
  }

  public static RopeSettings settings(JsonNode object) {
    return RopeSettings.of(map(object));
  }

  public static Map<String, Object> map(JsonNode object) {
    Map<String, Object> map = new HashMap<>();
    object.properties().forEach(entry -> map.put(entry.getKey(), value(entry.getValue())));
    return map;
  }

  private static Object value(JsonNode node) {
    return MAPPER.treeToValue(node, Object.class);
  }

  /// Asserts equality up to a relative error; zeros must be zeros.
  public static void assertRelative(double[] actual, double[] expected, double error, String what) {
    assertThat(actual.length).as(what).isEqualTo(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i])
          .as("%s, index %d", what, i)
          .isCloseTo(expected[i], within(Math.abs(expected[i]) * error));
    }
  }

  public static void assertAbsolute(float[] actual, float[] expected, double error, String what) {
    assertThat(actual.length).as(what).isEqualTo(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) actual[i])
          .as("%s, index %d", what, i)
          .isCloseTo(expected[i], within(error));
    }
  }

  public static double[] widen(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }
}

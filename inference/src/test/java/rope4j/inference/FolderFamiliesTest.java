package rope4j.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import rope4j.checkpoint.RopeOverrides;
import rope4j.inference.FolderWriter.Stored;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Model types without a fixture of llama.cpp: a random GGUF model and the folder that llama.cpp's
/// converter would have made it from give the same NLL under the same rotation.
class FolderFamiliesTest {

  private static final JsonNode FAMILIES =
      JsonMapper.shared().readTree(Path.of("src/test/resources/folders/families.json").toFile());
  private static final int[] TOKENS = {1, 20, 3, 14, 5, 36, 7, 28, 9, 10, 1, 22, 3, 4, 25, 6};
  private static final int CONTEXT = 32;

  @TempDir private Path temporary;

  @TestFactory
  Stream<DynamicTest> aFolderGivesWhatItsGgufGives() {
    return FAMILIES.get("families").properties().stream()
        .map(family ->
            DynamicTest.dynamicTest(
                family.getKey(), () -> check(family.getKey(), family.getValue())));
  }

  private void check(String modelType, JsonNode family) throws Exception {
    ObjectNode keys = ((ObjectNode) FAMILIES.get("keys")).deepCopy();
    keys.setAll((ObjectNode) family.get("keys"));
    ObjectNode config = ((ObjectNode) FAMILIES.get("config")).deepCopy();
    config.put("model_type", modelType);
    config.setAll((ObjectNode) family.get("config"));
    Map<String, String> tensors = new LinkedHashMap<>();
    for (JsonNode list : family.get("tensors")) {
      FAMILIES
          .get("tensors")
          .get(list.asString())
          .properties()
          .forEach(tensor -> tensors.put(tensor.getKey(), tensor.getValue().asString()));
    }
    Path file = SmallGguf.write(temporary.resolve("model.gguf"), keys, tensors);
    Path folder = Files.createDirectories(temporary.resolve("folder"));
    FolderOf.convert(file, config.toString()).write(folder, Stored.F32);
    try (Model gguf = Model.load(file, 1);
        Model model = Model.load(folder, 1)) {
      ModelRotation theirs = gguf.rotation(RopeOverrides.NONE, CONTEXT);
      double[] expected = gguf.scorer().score(TOKENS, theirs);
      assertThat(model.scorer().score(TOKENS, FolderOf.rotation(theirs, model, CONTEXT)))
          .containsExactly(expected, within(1e-4));
      // Transformers' own rotation of these is no other.
      assertThat(model.scorer().score(TOKENS, model.rotation(RopeOverrides.NONE, CONTEXT)))
          .containsExactly(expected, within(1e-3));
    }
  }
}

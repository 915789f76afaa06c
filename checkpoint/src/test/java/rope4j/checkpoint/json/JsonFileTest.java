package rope4j.checkpoint.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rope4j.checkpoint.CheckpointException;

class JsonFileTest {

  private static final JsonFile NESTED =
      JsonFile.parse(
          "config.json",
          """
          {
            "list": [1, {"rope_theta": 1}, "}\\n\\""],
            "text_config": {
              "rope_scaling": {"type": "yarn",

                "factor": 4.0}
            }, "last": null
          }
          """
              .getBytes(UTF_8));

  @TempDir Path folder;

  @Test
  void keysKnowTheirLine() {
    assertThat(NESTED.line("list")).hasValue(2);
    assertThat(NESTED.line("text_config")).hasValue(3);
    assertThat(NESTED.line("text_config", "rope_scaling", "type")).hasValue(4);
    assertThat(NESTED.line("text_config", "rope_scaling", "factor")).hasValue(6);
    assertThat(NESTED.line("last")).hasValue(7);
  }

  @Test
  void absentKeysHaveNoLine() {
    assertThat(NESTED.line("rope_theta")).isEmpty();
    assertThat(NESTED.line("text_config", "factor")).isEmpty();
    assertThat(NESTED.line("list", "rope_theta")).isEmpty();
    assertThat(NESTED.line()).isEmpty();
    assertThat(JsonFile.parse("x", "{}".getBytes(UTF_8)).line("a")).isEmpty();
  }

  @Test
  void aWindowsLineBreakCountsOnce() {
    assertThat(JsonFile.parse("x", "{\r\n\"a\": 1}".getBytes(UTF_8)).line("a")).hasValue(2);
  }

  @Test
  void nullIsThereButHasNoValue() {
    assertThat(NESTED.has("last")).isTrue();
    assertThat(NESTED.get("last")).isEmpty();
    assertThat(NESTED.has("absent")).isFalse();
  }

  @Test
  @SuppressWarnings("unchecked")
  void nothingInItCanBeChanged() {
    Map<String, Object> inner = (Map<String, Object>) NESTED.get("text_config").orElseThrow();
    List<Object> list = (List<Object>) NESTED.get("list").orElseThrow();
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> NESTED.root().put("x", 1));
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> inner.put("x", 1));
    assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> list.add(1));
  }

  @Test
  void aFileLargerThanAllowedIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("a.json"), "{}" + " ".repeat(1 << 20));
    assertThat(JsonFile.read(file, 2 << 20).root()).isEmpty();
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> JsonFile.read(file, 1 << 20))
        .withMessageContaining("larger than 1 MiB, so it is no a.json");
  }

  @Test
  void whatIsWrongInAFileNamesIt() throws IOException {
    Path file = Files.writeString(folder.resolve("a.json"), "{\n oops}");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> JsonFile.read(file, 100))
        .withMessageStartingWith(file + ": line 2, column 2");
  }
}

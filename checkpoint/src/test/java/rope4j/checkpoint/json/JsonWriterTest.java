package rope4j.checkpoint.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonWriterTest {

  private static @Nullable Object readBack(String json) {
    byte[] document = ("{\"x\": " + json + "}").getBytes(StandardCharsets.UTF_8);
    return JsonReader.readObject(document).get("x");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.5, 0.1, 4, 1e7, 1e-5, 1.0 / 3, 1e15, 1e300, Double.MIN_VALUE})
  void aDoubleIsReadBackAsTheSameDouble(double value) {
    assertThat(readBack(JsonWriter.number(value))).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource({"4, 4.0", "10000000, 10000000.0", "0.00001, 0.00001", "0, 0.0"})
  void aDoubleHasAPointAndNoExponent(double value, String text) {
    assertThat(JsonWriter.line(value)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a\"b", "a\\b", "\u0000\n\t\u001b[31m\u007f\u009b", "模型"})
  void aTextIsReadBackAsTheSameText(String text) {
    String written = JsonWriter.line(text);
    assertThat(readBack(written)).isEqualTo(text);
    assertThat(written.chars()).noneMatch(Character::isISOControl);
  }

  @Test
  void listsAndObjectsStandOnOneLine() {
    assertThat(JsonWriter.line(Map.of("a", Arrays.asList(1L, 2.0, true, null))))
        .isEqualTo("{\"a\": [1, 2.0, true, null]}");
  }

  @Test
  void aBlockHasALinePerKey() {
    assertThat(JsonWriter.block(Map.of("a", Map.of("b", List.of(1L, 2L)))))
        .isEqualTo("{\n  \"a\": {\n    \"b\": [1, 2]\n  }\n}");
  }
}

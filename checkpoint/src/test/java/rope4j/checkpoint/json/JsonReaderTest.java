package rope4j.checkpoint.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import rope4j.checkpoint.CheckpointException;

/// What the reader takes and what it refuses, with the place.
class JsonReaderTest {

  private static Object read(String value) {
    return JsonReader.readObject(("{\"v\": " + value + "}").getBytes(UTF_8)).get("v");
  }

  private static void refused(String document, String... words) {
    refused(document.getBytes(UTF_8), words);
  }

  private static void refused(byte[] document, String... words) {
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> JsonReader.readObject(document))
        .satisfies(e -> assertThat(e.getMessage()).contains(words).doesNotContain("\n"));
  }

  @Test
  void objectsKeepTheirOrder() {
    assertThat(JsonReader.readObject(" {\"b\": 1, \"a\" : {} }\r\n".getBytes(UTF_8)))
        .containsExactly(Map.entry("b", 1L), Map.entry("a", Map.of()));
  }

  @Test
  void wholeNumbersAreToldFromOthers() {
    assertThat(read("40")).isEqualTo(40L);
    assertThat(read("-0")).isEqualTo(0L);
    assertThat(read("40.0")).isEqualTo(40.0);
    assertThat(read("4e1")).isEqualTo(40.0);
    assertThat(read("18446744073709551616")).isEqualTo(BigInteger.TWO.pow(64));
  }

  @Test
  void pythonsNumbersThatAreNoneAreTaken() {
    assertThat(read("[NaN, Infinity, -Infinity]"))
        .isEqualTo(List.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY));
  }

  @Test
  void wordsAreTaken() {
    assertThat(read("[true, false, null]")).isEqualTo(Arrays.asList(true, false, null));
  }

  @Test
  void escapesAreResolved() {
    assertThat(read("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9é\\ud83d\\ude00\""))
        .isEqualTo("\"\\/\b\f\n\r\téé😀");
  }

  @Test
  void aKeyGivenTwiceIsRefusedWhereItComesAgain() {
    refused("{\"a\": 1,\n  \"a\": 2}", "line 2, column 3", "\"a\"", "twice");
  }

  @Test
  void aMissingCommaIsRefused() {
    refused("{\"a\": 1 \"b\": 2}", "line 1, column 9", "comma");
    refused("{\"a\": [1 2]}", "line 1, column 10", "comma");
  }

  @Test
  void commasTooManyAreRefused() {
    refused("{\"a\": 1,}", "line 1, column 9", "key");
    refused("{\"a\": [1,]}", "line 1, column 10", "value");
  }

  @Test
  void whatFollowsTheObjectIsRefused() {
    refused("{} {}", "line 1, column 4", "end of the file");
  }

  @Test
  void aDocumentThatIsNoObjectIsRefused() {
    refused("", "object", "file ends");
    refused("[1]", "object");
    refused("\uFEFF{}", "U+FEFF", "save it as UTF-8 without one");
  }

  @Test
  void aDocumentThatEndsTooSoonIsRefused() {
    refused("{\"a\": {\"b\": [1", "line 1, column 15", "file ends here");
    refused("{\"a\": \"text", "line 1, column 7", "no end");
  }

  @Test
  void nestingIsLimited() {
    int deep = JsonReader.MAX_DEPTH;
    assertThat(read("[".repeat(deep - 1) + "]".repeat(deep - 1))).isInstanceOf(List.class);
    refused("{\"a\": " + "[".repeat(deep) + "]".repeat(deep) + "}", "deeper than 64");
    refused("{\"a\":".repeat(1_000_000), "deeper than 64");
  }

  @Test
  void numbersBeyondADoubleAreRefused() {
    refused("{\"a\": 1e999}", "line 1, column 7", "1e999");
    refused("{\"a\": " + "9".repeat(500_000) + "}", "line 1, column 7", "999…");
  }

  @Test
  void numbersThatAreNotJsonAreRefused() {
    for (String number : new String[] {"01", "+1", ".5", "1.", "1e", "-", "0x10", "1_000", "nan"}) {
      refused("{\"a\": " + number + "}", "line 1");
    }
  }

  @Test
  void textsThatAreNotJsonAreRefused() {
    refused("{\"a\": \"\n\"}", "control character");
    refused("{\"a\": \"\\x\"}", "backslash");
    refused("{\"a\": \"\\u12G4\"}", "hexadecimal");
    refused("{'a': 1}", "double quotes");
  }

  @Test
  void bytesThatAreNotUtf8AreRefused() {
    refused("{\"a\":\n\"café\"}".getBytes(StandardCharsets.ISO_8859_1), "line 2, byte 5", "UTF-8");
    refused(new byte[] {'{', (byte) 0xC3}, "UTF-8");
  }
}

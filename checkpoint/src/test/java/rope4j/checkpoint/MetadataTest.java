package rope4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every metadata type, and what the typed questions answer.
class MetadataTest {

  @TempDir Path folder;

  private void read(GgufWriter writer, Consumer<Metadata> assertions) {
    try (GgufFile file = GgufFile.open(writer.write(folder))) {
      assertions.accept(file.metadata());
    }
  }

  private static GgufWriter.ArrayOf array(MetadataType type, Object... elements) {
    return new GgufWriter.ArrayOf(type, List.of(elements));
  }

  @ParameterizedTest
  @EnumSource(names = {"UINT8", "INT8", "UINT16", "INT16", "UINT32", "INT32", "UINT64", "INT64"})
  void anIntegerOfAnyWidthIsAnInteger(MetadataType type) {
    read(
        new GgufWriter().put("k", type, 100),
        metadata -> {
          assertThat(metadata.integer("k")).hasValue(100);
          assertThat(metadata.count("k")).hasValue(100);
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"INT8", "INT16", "INT32", "INT64"})
  void signedIntegersKeepTheirSign(MetadataType type) {
    read(
        new GgufWriter().put("k", type, -2),
        metadata -> assertThat(metadata.integer("k")).hasValue(-2));
  }

  @Test
  void unsignedIntegersHaveNone() {
    read(
        new GgufWriter()
            .put("a", MetadataType.UINT8, -1)
            .put("b", MetadataType.UINT16, -1)
            .put("c", MetadataType.UINT32, -1),
        metadata -> {
          assertThat(metadata.integer("a")).hasValue(0xff);
          assertThat(metadata.integer("b")).hasValue(0xffff);
          assertThat(metadata.integer("c")).hasValue(0xffff_ffffL);
        });
  }

  @Test
  void anIntegerBeyond63BitsIsAnError() {
    read(
        new GgufWriter().put("k", MetadataType.UINT64, -1),
        metadata ->
            assertThatThrownBy(() -> metadata.integer("k"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("k is 18446744073709551615"));
  }

  @Test
  void aCountIsNeverNegative() {
    read(
        new GgufWriter().put("k", MetadataType.INT32, -1),
        metadata ->
            assertThatThrownBy(() -> metadata.count("k"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("k is -1"));
  }

  @Test
  void realsBoolsAndStringsAreReadAsWritten() {
    read(
        new GgufWriter()
            .put("f", MetadataType.FLOAT32, 1.5f)
            .put("d", MetadataType.FLOAT64, 0.1)
            .put("t", MetadataType.BOOL, true)
            .put("n", MetadataType.BOOL, false)
            .put("s", MetadataType.STRING, "▁héllo"),
        metadata -> {
          assertThat(metadata.real("f")).hasValue(1.5);
          assertThat(metadata.real("d")).hasValue(0.1);
          assertThat(metadata.bool("t")).contains(true);
          assertThat(metadata.bool("n")).contains(false);
          assertThat(metadata.string("s")).contains("▁héllo");
        });
  }

  @Test
  void anAbsentKeyIsEmpty() {
    read(
        new GgufWriter(),
        metadata -> {
          assertThat(metadata.get("k")).isEmpty();
          assertThat(metadata.integer("k")).isEmpty();
          assertThat(metadata.count("k")).isEmpty();
          assertThat(metadata.real("k")).isEmpty();
          assertThat(metadata.bool("k")).isEmpty();
          assertThat(metadata.string("k")).isEmpty();
          assertThat(metadata.array("k")).isEmpty();
        });
  }

  @Test
  void aWrongTypeIsNamedWithKeyFoundAndExpected() {
    read(
        new GgufWriter()
            .put("llama.context_length", MetadataType.STRING, "long")
            .put("n", MetadataType.UINT32, 1),
        metadata -> {
          assertThatThrownBy(() -> metadata.integer("llama.context_length"))
              .isInstanceOf(CheckpointException.class)
              .hasMessageContaining(
                  "llama.context_length has type string, but an integer was expected");
          assertThatThrownBy(() -> metadata.real("n"))
              .hasMessageContaining("n has type uint32, but a float");
          assertThatThrownBy(() -> metadata.bool("n")).hasMessageContaining("a bool");
          assertThatThrownBy(() -> metadata.string("n")).hasMessageContaining("a string");
          assertThatThrownBy(() -> metadata.array("n")).hasMessageContaining("an array");
        });
  }

  @Test
  void arraysAreDecodedByTheirElements() {
    read(
        new GgufWriter()
            .put("s", MetadataType.ARRAY, array(MetadataType.STRING, "a", "", "ü"))
            .put("f", MetadataType.ARRAY, array(MetadataType.FLOAT32, 1f, -2f))
            .put("d", MetadataType.ARRAY, array(MetadataType.FLOAT64, 0.5))
            .put("i", MetadataType.ARRAY, array(MetadataType.INT16, -3, 4))
            .put("after", MetadataType.UINT8, 7),
        metadata -> {
          assertThat(metadata.array("s").orElseThrow().strings()).containsExactly("a", "", "ü");
          assertThat(metadata.array("f").orElseThrow().floats()).containsExactly(1f, -2f);
          assertThat(metadata.array("d").orElseThrow().floats()).containsExactly(0.5f);
          assertThat(metadata.array("i").orElseThrow().integers()).containsExactly(-3, 4);
          assertThat(metadata.array("i").orElseThrow().floats()).containsExactly(-3f, 4f);
          assertThat(metadata.integer("after")).hasValue(7);
        });
  }

  @Test
  void nestedArraysKeepTheirStructure() {
    GgufWriter.ArrayOf nested =
        array(
            MetadataType.ARRAY,
            array(MetadataType.STRING, "a"),
            array(MetadataType.BOOL, true, false));
    read(
        new GgufWriter().put("k", MetadataType.ARRAY, nested).put("z", MetadataType.UINT8, 1),
        metadata -> {
          List<List<MetadataValue>> lists = new ArrayList<>();
          for (MetadataValue value : metadata.array("k").orElseThrow().values()) {
            lists.add(((MetadataValue.Array) value).values());
          }
          assertThat(lists)
              .containsExactly(
                  List.of(new MetadataValue.Text("a")),
                  List.of(new MetadataValue.Bool(true), new MetadataValue.Bool(false)));
          assertThat(metadata.integer("z")).hasValue(1);
        });
  }

  @Test
  void anArrayOfAnotherTypeIsAnErrorWithBothTypes() {
    read(
        new GgufWriter().put("k", MetadataType.ARRAY, array(MetadataType.STRING, "a")),
        metadata -> {
          MetadataValue.Array strings = metadata.array("k").orElseThrow();
          assertThatThrownBy(strings::floats)
              .isInstanceOf(CheckpointException.class)
              .hasMessageContaining("array of string")
              .hasMessageContaining("numbers");
          assertThatThrownBy(strings::integers).hasMessageContaining("integers");
        });
  }

  @Test
  void theOrderOfTheFileIsKept() {
    read(
        new GgufWriter()
            .put("z", MetadataType.UINT8, 1)
            .put("a", MetadataType.UINT8, 2)
            .put("m", MetadataType.UINT8, 3),
        metadata -> assertThat(metadata.asMap().keySet()).containsExactly("z", "a", "m"));
  }
}

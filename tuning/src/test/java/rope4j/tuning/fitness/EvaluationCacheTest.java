package rope4j.tuning.fitness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rope4j.checkpoint.CheckpointException;

class EvaluationCacheTest {

  private static final Measurement ONE =
      new Measurement(List.of(1.0 / 3, Math.nextUp(2.5), 1e-17), List.of(0.1 + 0.2), 1e-300);

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void aFile() {
    file = folder.resolve("evaluations.jsonl");
  }

  @Test
  void whatIsKeptIsFoundAgainToTheLastBit() {
    try (EvaluationCache cache = EvaluationCache.open(file, "model")) {
      cache.put("a", "YaRN ×4 \"quoted\"", ONE);
    }
    try (EvaluationCache cache = EvaluationCache.open(file, "model")) {
      assertThat(cache.get("a")).contains(ONE);
      assertThat(cache.get("b")).isEmpty();
      assertThat(cache.size()).isEqualTo(1);
    }
  }

  @Test
  void halfALineAtTheEndIsCutOffAndWritingGoesOn() throws IOException {
    try (EvaluationCache cache = EvaluationCache.open(file, "model")) {
      cache.put("a", "one", ONE);
    }
    Files.writeString(file, "{\"key\": \"b\", \"te", StandardOpenOption.APPEND);
    try (EvaluationCache cache = EvaluationCache.open(file, "model")) {
      assertThat(cache.size()).isEqualTo(1);
      cache.put("c", "two", ONE);
    }
    try (EvaluationCache cache = EvaluationCache.open(file, "model")) {
      assertThat(cache.keys()).containsExactlyInAnyOrder("a", "c");
    }
  }

  @Test
  void twoSearchesDoNotShareAFile() {
    try (EvaluationCache _ = EvaluationCache.open(file, "model")) {
      assertThatThrownBy(() -> EvaluationCache.open(file, "model"))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("another search");
    }
  }

  @Test
  void aLineThatIsNoEvaluationIsNamed() throws IOException {
    EvaluationCache.open(file, "model").close();
    Files.writeString(file, "{\"key\": \"a\"}\n", StandardOpenOption.APPEND);
    assertThatThrownBy(() -> EvaluationCache.open(file, "model"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("line 2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "no line end",
        "{\"model\": \"another tool's\", \"score\": 1}",
        "{\"score\": 1}\n{\"score\": 2}",
        "{\"score\": 1}\n{\"score\": 2}\n",
        "\n",
        "first\nsecond, of which the end is mi"
      })
  void aFileOfSomethingElseIsRefusedAndStaysAsItIs(String content) throws IOException {
    Files.writeString(file, content);
    assertThatThrownBy(() -> EvaluationCache.open(file, "model"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("something other than")
        .hasMessageContaining("name another --out");
    assertThat(Files.readString(file)).isEqualTo(content);
  }

  @Test
  void whatIsRefusedAfterItsFirstLineStaysAsItIsToo() throws IOException {
    EvaluationCache.open(file, "model").close();
    Files.writeString(file, "a line\nhalf a li", StandardOpenOption.APPEND);
    String before = Files.readString(file);
    assertThatThrownBy(() -> EvaluationCache.open(file, "model"))
        .isInstanceOf(CheckpointException.class);
    assertThat(Files.readString(file)).isEqualTo(before);
  }

  @Test
  void aFirstLineThatWasCutOffIsWrittenAnew() throws IOException {
    Files.writeString(file, "{\"mod");
    try (EvaluationCache cache = EvaluationCache.open(file, "model")) {
      cache.put("a", "one", ONE);
    }
    try (EvaluationCache cache = EvaluationCache.open(file, "model")) {
      assertThat(cache.keys()).containsExactly("a");
    }
  }

  @Test
  void anotherModelsEvaluationsAreRefused() {
    EvaluationCache.open(file, "model").close();
    assertThatThrownBy(() -> EvaluationCache.open(file, "other"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("another model")
        .hasMessageContaining("--out");
  }
}

package rope4j.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.probe.trial.Fingerprint;
import rope4j.inference.Model;

/// A Hugging Face folder is examined as the GGUF file that is made from it.
class FolderDoctorTest {

  private static final int CONTEXT = 200;

  @TempDir private Path folder;

  @BeforeEach
  void aFolder() throws IOException {
    QwenFolder.write(folder);
  }

  private static Examination examine(Path path) {
    try (Model model = Model.load(path, 1)) {
      return new Doctor(model, CONTEXT, Strategy.defaults(model, CONTEXT), Criteria.DEFAULT)
          .examine(path.toString(), "random", Windows.of(Zoo.tokens(450), CONTEXT), Progress.NONE);
    }
  }

  @Test
  void theNumbersAreThoseOfTheGgufFile() {
    Examination gguf = examine(QwenFolder.gguf());
    Examination examination = examine(folder);
    assertThat(examination.results().stream().map(result -> result.strategy().label()))
        .containsExactly("unscaled", "linear ×3.125", "NTK-aware ×3.125", "YaRN ×3.125");
    for (int i = 0; i < gguf.results().size(); i++) {
      StrategyResult expected = gguf.results().get(i);
      StrategyResult actual = examination.results().get(i);
      assertThat(actual.verdict()).isEqualTo(expected.verdict());
      assertThat(actual.added().nll().mean())
          .isCloseTo(expected.added().nll().mean(), within(1e-4));
      assertThat(actual.shortDamage().meanKl())
          .isCloseTo(expected.shortDamage().meanKl(), within(1e-5));
      for (int point = 0; point < expected.curve().size(); point++) {
        assertThat(actual.curve().get(point)).isCloseTo(expected.curve().get(point), within(1e-4));
      }
    }
    assertThat(examination.recommended()).isEqualTo(gguf.recommended());
  }

  @Test
  void theRecipesAreThoseOfEnginesThatLoadFolders() {
    Examination examination = examine(folder);
    assertThat(examination.recipes()).isNotEmpty();
    assertThat(examination.recipes().getFirst().engine()).isEqualTo(Engine.TRANSFORMERS);
    assertThat(examination.recipes().stream().map(recipe -> recipe.engine()).distinct())
        .containsExactlyInAnyOrder(Engine.TRANSFORMERS, Engine.VLLM, Engine.SGLANG);
  }

  @Test
  void thePageSaysWhoseRotationWasMeasuredAndHowToReproduceIt() {
    assertThat(HtmlReport.render(examine(folder)))
        .contains("Rotation as Transformers computes it.", "max_position_embeddings")
        .doesNotContain("llama-server");
  }

  @Test
  void storedResultsAreOfTheWeightsThatTheFolderHas() throws IOException {
    String before = Fingerprint.ofModel(folder);
    assertThat(Fingerprint.ofModel(folder.resolve("config.json"))).isEqualTo(before);
    Path weights = folder.resolve("model.safetensors");
    try (FileChannel channel = FileChannel.open(weights, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), channel.size() - 4);
    }
    assertThat(Fingerprint.ofModel(folder)).isNotEqualTo(before);
  }

  @Test
  void aFolderWithOneGgufFileIsThatFile() throws IOException {
    Path other = Files.createDirectory(folder.resolve("gguf"));
    Files.copy(QwenFolder.gguf(), other.resolve("model.gguf"));
    assertThat(examine(other).results())
        .usingRecursiveComparison()
        .isEqualTo(examine(QwenFolder.gguf()).results());
  }
}

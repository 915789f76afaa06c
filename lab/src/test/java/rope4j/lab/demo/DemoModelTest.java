package rope4j.lab.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import rope4j.inference.Model;

/// What ships is what this code makes.
class DemoModelTest {

  private static final Path FOLDER = Path.of("demo");

  @Test
  void theTextIsTheOneThatIsHeldOut() throws IOException {
    assertThat(Files.readString(FOLDER.resolve("story.txt"))).isEqualTo(DemoModel.heldOut());
    assertThat(Files.size(FOLDER.resolve("story.txt"))).isLessThan(300_000);
  }

  @Test
  void theModelHasTheShapeOfThisCode() {
    try (Model model = Model.load(FOLDER.resolve("story.gguf"), 1)) {
      assertThat(model.vocabularySize()).isEqualTo(DemoModel.config().vocabularySize());
      assertThat(model.description().contextLength()).isEqualTo(DemoModel.TRAINED_LENGTH);
    }
  }
}

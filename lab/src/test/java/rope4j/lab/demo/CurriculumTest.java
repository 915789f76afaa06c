package rope4j.lab.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rope4j.lab.demo.Curriculum.Subject;
import rope4j.lab.model.LanguageModel;
import rope4j.lab.model.LibTorch;
import rope4j.lab.model.ModelConfig;
import rope4j.lab.model.PositionEncoding;
import rope4j.lab.story.StoryVocabulary;
import rope4j.lab.training.Batch;
import rope4j.lab.training.TrainingPlan;

class CurriculumTest {

  private static final long SEED = 3;
  private static final int STEPS = 4;

  @TempDir private Path folder = Path.of("");

  private static Curriculum curriculum(Consumer<String> asked) {
    return new Curriculum(List.of(subject("songs", asked), subject("stories", asked)));
  }

  private static Subject subject(String name, Consumer<String> asked) {
    var batches = name.equals("songs") ? DemoModel.songs() : DemoModel.stories();
    return new Subject(
        name,
        new TrainingPlan(SEED, STEPS).savedEvery(2),
        step -> {
          asked.accept(name + " " + step);
          Batch batch = batches.at(step);
          return new Batch(Arrays.copyOf(batch.inputs(), 2), Arrays.copyOf(batch.targets(), 2));
        });
  }

  private float[] taught(String run, Consumer<String> asked) throws IOException {
    ModelConfig config =
        ModelConfig.transformer(
            StoryVocabulary.standard().size(),
            16,
            1,
            2,
            32,
            DemoModel.TRAINED_LENGTH,
            false,
            new PositionEncoding.Rope(10000));
    Path place = Files.createDirectories(folder.resolve(run));
    try (LanguageModel model = new LanguageModel(config, SEED)) {
      curriculum(asked).teach(model, place, _ -> {});
      return LibTorch.values(model.parameters().values());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"songs 3", "stories 0", "stories 3"})
  void aRunThatIsKilledGoesOnInItsSubjectAndEndsWithTheSameWeightsToTheBit(String when)
      throws IOException {
    float[] whole = taught("whole", _ -> {});
    Consumer<String> killed =
        batch -> {
          if (batch.equals(when)) {
            throw new IllegalStateException("killed");
          }
        };
    assertThatThrownBy(() -> taught("killed", killed)).hasMessage("killed");
    assertThat(taught("killed", _ -> {})).containsExactly(whole);
  }

  @Test
  void whatIsLearntIsNotLearntAgain() throws IOException {
    float[] first = taught("run", _ -> {});
    float[] second =
        taught(
            "run",
            batch -> {
              throw new IllegalStateException(batch);
            });
    assertThat(second).containsExactly(first);
  }
}

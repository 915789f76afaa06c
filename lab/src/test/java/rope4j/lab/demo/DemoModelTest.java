package rope4j.lab.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import rope4j.inference.Model;
import rope4j.lab.story.StoryVocabulary;
import rope4j.lab.task.Example;
import rope4j.lab.training.Batch;

/// What ships is what this code makes.
class DemoModelTest {

  private static final Path FOLDER = Path.of("demo");

  @Test
  void theTextIsTheOneThatIsHeldOut() throws IOException {
    assertThat(Files.readString(FOLDER.resolve("story.txt"))).isEqualTo(DemoModel.heldOut());
    assertThat(Files.size(FOLDER.resolve("story.txt"))).isLessThan(300_000);
  }

  @Test
  void songsAskForWordsThatWereSungBeforeAndForNoOthers() {
    StoryVocabulary vocabulary = StoryVocabulary.standard();
    Set<Integer> words = Arrays.stream(vocabulary.songWords()).boxed().collect(Collectors.toSet());
    Batch batch = DemoModel.songs().at(3);
    for (int i = 0; i < batch.sequences(); i++) {
      int[] inputs = batch.inputs()[i];
      int[] targets = batch.targets()[i];
      for (int t = 0; t < inputs.length; t++) {
        assertThat(words).contains(inputs[t]);
        if (targets[t] != Example.NOT_ASKED) {
          int asked = targets[t];
          assertThat(Arrays.stream(inputs, 0, t).anyMatch(word -> word == asked)).isTrue();
        }
      }
      assertThat(targets[inputs.length - 1]).isNotEqualTo(Example.NOT_ASKED);
    }
  }

  @Test
  void noStoryIsToldTwiceAndNoneIsHeldOut() {
    Set<List<Integer>> beginnings = new HashSet<>();
    int told = 0;
    for (int step : new int[] {0, 1, DemoModel.storyPlan().steps() - 1}) {
      for (int[] story : DemoModel.stories().at(step).inputs()) {
        beginnings.add(Arrays.stream(story).boxed().toList());
        told++;
        assertThat(DemoModel.heldOut()).doesNotContain(StoryVocabulary.standard().decode(story));
      }
    }
    assertThat(beginnings).hasSize(told);
  }

  @Test
  void theModelHasTheShapeOfThisCode() {
    try (Model model = Model.load(FOLDER.resolve("story.gguf"), 1)) {
      assertThat(model.vocabularySize()).isEqualTo(DemoModel.config().vocabularySize());
      assertThat(model.description().contextLength()).isEqualTo(DemoModel.TRAINED_LENGTH);
    }
  }
}

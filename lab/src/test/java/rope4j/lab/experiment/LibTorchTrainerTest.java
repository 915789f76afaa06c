package rope4j.lab.experiment;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import rope4j.lab.model.LanguageModel;
import rope4j.lab.model.ModelConfig;
import rope4j.lab.model.PositionEncoding;
import rope4j.lab.training.Batch;
import rope4j.lab.training.Trainer;
import rope4j.lab.training.TrainingPlan;

class LibTorchTrainerTest {

  @Test
  void aLossThatIsNoNumberIsToldWithTheKeyOfTheLearningRate() {
    ModelConfig config =
        ModelConfig.transformer(8, 8, 1, 1, 8, 8, true, new PositionEncoding.None());
    // Far above what a file may ask for: what it may ask for seldom diverges within a test.
    Trainer trainer =
        new Trainer(
            new TrainingPlan(0, 20).withLearningRate(1e30),
            step -> Batch.ofTexts(new int[][] {{0, 1, 2, 3, 4, 5, 6, 7}}));
    try (LanguageModel model = new LanguageModel(config, 0)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() ->
              LibTorchTrainer.run(trainer, model, config.encoding(), "x: training.learningRate"))
          .withMessageMatching(
              "x: training.learningRate: the loss is (NaN|Infinity) at step .* lower it");
    }
  }
}

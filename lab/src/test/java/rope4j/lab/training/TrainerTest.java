package rope4j.lab.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rope4j.checkpoint.CheckpointException;
import rope4j.lab.model.LanguageModel;
import rope4j.lab.model.LibTorch;
import rope4j.lab.model.ModelConfig;
import rope4j.lab.model.PositionEncoding;
import rope4j.rotation.Linear;

class TrainerTest {

  private static final PositionEncoding.Rope ROPE = new PositionEncoding.Rope(10000);
  private static final ModelConfig CONFIG =
      ModelConfig.transformer(32, 32, 2, 2, 48, 24, true, ROPE);
  private static final TrainingPlan PLAN = new TrainingPlan(7, 20).savedEvery(10);

  @TempDir Path folder;

  /// Counting: each token is its predecessor plus one.
  private static Batch counting(int step) {
    Random random = new Random(step);
    int[][] texts = new int[4][25];
    for (int[] text : texts) {
      int first = random.nextInt(32);
      for (int i = 0; i < text.length; i++) {
        text[i] = (first + i) % 32;
      }
    }
    return Batch.ofTexts(texts);
  }

  private static float[] weights(LanguageModel model) {
    float[] values = LibTorch.values(model.parameters().values());
    model.close();
    return values;
  }

  private static float[] trained(TrainingPlan plan) {
    return weights(new Trainer(plan, TrainerTest::counting).train(CONFIG));
  }

  @Test
  void theSameSeedGivesTheSameWeightsToTheBit() {
    assertThat(trained(PLAN)).isEqualTo(trained(PLAN));
  }

  @Test
  void anotherSeedGivesOtherWeights() {
    assertThat(trained(PLAN)).isNotEqualTo(trained(new TrainingPlan(8, 20).savedEvery(10)));
  }

  @Test
  void aRunThatIsKilledGoesOnAndEndsWithTheSameWeightsToTheBit() {
    Path file = folder.resolve("run.safetensors");
    BatchSource killed =
        step -> {
          if (step == 13) {
            throw new IllegalStateException("killed");
          }
          return counting(step);
        };
    assertThatThrownBy(() -> saved(file, killed, PLAN, new ArrayList<>())).hasMessage("killed");

    List<Progress> seen = new ArrayList<>();
    float[] resumed = saved(file, TrainerTest::counting, PLAN, seen);

    assertThat(seen.getFirst().step()).isEqualTo(11);
    assertThat(resumed).isEqualTo(trained(PLAN));
  }

  @Test
  void aRunThatIsDoneIsNotDoneAgain() {
    Path file = folder.resolve("run.safetensors");
    float[] first = saved(file, TrainerTest::counting, PLAN, new ArrayList<>());
    List<Progress> seen = new ArrayList<>();

    assertThat(saved(file, TrainerTest::counting, PLAN, seen)).isEqualTo(first);
    assertThat(seen).isEmpty();
  }

  @Test
  void aSavedRunOfAnotherPlanIsRefused() {
    Path file = folder.resolve("run.safetensors");
    saved(file, TrainerTest::counting, PLAN, new ArrayList<>());

    assertThatThrownBy(() ->
            saved(file, TrainerTest::counting, PLAN.withLearningRate(1e-2), new ArrayList<>()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("another model or plan");
  }

  @Test
  void aFileThatIsNoSavedRunIsRefused() throws Exception {
    Path file = Files.writeString(folder.resolve("run.safetensors"), "not a run");

    assertThatThrownBy(() -> saved(file, TrainerTest::counting, PLAN, new ArrayList<>()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("run.safetensors");
  }

  private static float[] saved(
      Path file, BatchSource batches, TrainingPlan plan, List<Progress> seen) {
    return weights(new Trainer(plan, batches, Optional.of(file), seen::add).train(CONFIG));
  }

  @Test
  void aSavedRunIsAModelAgain() {
    Path file = folder.resolve("run.safetensors");
    float[] first = saved(file, TrainerTest::counting, PLAN, new ArrayList<>());

    assertThat(weights(SavedRun.model(CONFIG, file))).isEqualTo(first);
  }

  @Test
  void aSavedRunOfAnotherShapeIsNoModel() {
    Path file = folder.resolve("run.safetensors");
    saved(file, TrainerTest::counting, PLAN, new ArrayList<>());
    ModelConfig wider = ModelConfig.transformer(32, 64, 2, 2, 48, 24, true, ROPE);

    assertThatThrownBy(() -> SavedRun.model(wider, file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("another shape");
  }

  @Test
  void whatCanBeLearnedIsLearned() {
    TrainingPlan plan = new TrainingPlan(7, 150).withLearningRate(5e-3);
    try (LanguageModel model = new Trainer(plan, TrainerTest::counting).train(CONFIG)) {
      Evaluation evaluation = Evaluation.of(model, ROPE, counting(-1));

      assertThat(evaluation.accuracy()).isGreaterThan(0.95);
      assertThat(evaluation.meanNll()).isLessThan(0.5);
    }
  }

  @Test
  void aLossThatIsNoNumberIsTheLearningRatesFault() {
    assertThatThrownBy(() -> trained(PLAN.withLearningRate(1e30)))
        .isInstanceOf(DivergedException.class)
        .hasMessageMatching(
            "the loss is (NaN|Infinity) at step \\d+ with a learning rate of 1.0E30; lower it");
  }

  @Test
  void onlyTargetsThatAreAskedForAreLearned() {
    BatchSource everyOther =
        step -> {
          Batch all = counting(step);
          int[][] targets = all.targets();
          for (int[] row : targets) {
            for (int i = 0; i < row.length; i += 2) {
              row[i] = -1;
            }
          }
          return new Batch(all.inputs(), targets);
        };
    TrainingPlan plan = new TrainingPlan(7, 3);
    try (LanguageModel start = new LanguageModel(CONFIG, 7)) {
      List<Progress> seen = new ArrayList<>();
      new Trainer(plan, everyOther, Optional.empty(), seen::add).train(CONFIG).close();
      Evaluation before = Evaluation.of(start, ROPE, everyOther.at(0));

      assertThat(seen.getFirst().loss())
          .isCloseTo(before.meanNll(), org.assertj.core.api.Assertions.within(1e-5));
      assertThat(before.nll()[0][0]).isNaN();
      assertThat(before.nll()[0][1]).isPositive();
    }
  }

  @Test
  void fineTuningUnderAScalingLowersTheLossUnderIt() {
    TrainingPlan plan = new TrainingPlan(7, 150).withLearningRate(5e-3);
    PositionEncoding scaled = ROPE.withScaling(new Linear(4));
    try (LanguageModel model = new Trainer(plan, TrainerTest::counting).train(CONFIG)) {
      double before = Evaluation.of(model, scaled, counting(-1)).meanNll();
      new Trainer(new TrainingPlan(7, 40), TrainerTest::counting).fineTune(model, scaled);

      assertThat(Evaluation.of(model, scaled, counting(-1)).meanNll()).isLessThan(before);
    }
  }

  /// A step of this test makes 0.6 MB of tensors: 60 MB in the steps that are looked at.
  @Test
  void trainingKeepsNoMemory() {
    List<Long> resident = new ArrayList<>();
    Trainer trainer =
        new Trainer(
            new TrainingPlan(7, 200),
            TrainerTest::counting,
            Optional.empty(),
            _ -> resident.add(Pointer.physicalBytes()));
    trainer.train(CONFIG).close();

    assertThat(resident.getLast() - resident.get(99)).isLessThan(20L << 20);
  }
}

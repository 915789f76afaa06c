package rope4j.lab.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rope4j.checkpoint.json.JsonFile;
import rope4j.lab.model.LanguageModel;
import rope4j.lab.model.ModelConfig;
import rope4j.lab.model.PositionEncoding;
import rope4j.lab.result.Result;
import rope4j.lab.training.Batch;
import rope4j.lab.training.Trainer;
import rope4j.lab.training.TrainingPlan;

class LibTorchTrainerTest {

  private static final String FILE =
      """
      {
        "task": {"kind": "induction", "alphabet": 16},
        "model": {"layers": 1, "width": 8, "heads": 1},
        "training": {"length": 16, "steps": 2, "batch": 2},
        "seeds": [0],
        "encodings": {"rope": {"kind": "rope"}},
        "strategies": {"unscaled": {"scaling": "unscaled"}, "PI": {"scaling": "linear"}},
        "lengths": [16, 32],
        "fineTuning": {"steps": [60], "length": 32, "learningRate": 0.001},
        "examples": 2
      }
      """;

  @TempDir private Path folder;

  @Test
  void fineTuningThatIsKilledGoesOnAndEndsWithTheSameResultsToTheBit() throws IOException {
    assertThatThrownBy(() ->
            run(
                "killed",
                false,
                what -> {
                  if (what.contains("training on with PI, step 55 ")) {
                    throw new IllegalStateException("killed");
                  }
                }))
        .hasMessage("killed");
    assertThat(fineTuned("killed")).hasSize(2);

    List<String> seen = new ArrayList<>();
    List<Result> resumed = run("killed", true, seen::add);

    assertThat(seen.stream().filter(what -> what.contains("step")).findFirst())
        .hasValueSatisfying(what ->
            assertThat(what).startsWith("rope, seed 0: training on with PI, step 51 of 60"));
    assertThat(resumed).isEqualTo(run("whole", false, _ -> {}));
  }

  @Test
  void fineTunedModelsAreKeptNoLongerThanTheirResultsNeedThem() throws IOException {
    run("out", false, _ -> {});
    assertThat(fineTuned("out")).isEmpty();

    Experiment experiment = read(FILE);
    Experiment.Job job = experiment.jobs().getFirst();
    // As if it had been killed just before it deleted them.
    Files.createFile(
        FineTunedRun.file(
            StoredModel.folder(folder.resolve("out").resolve("models"), experiment, job),
            experiment,
            experiment.strategies().getFirst(),
            60));
    run("out", true, _ -> {});
    assertThat(fineTuned("out")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"linear\"     | \"ntk-aware\"",
        "\"linear\"     | \"linear\", \"temperature\": 0.1",
        "\"length\": 32 | \"length\": 24",
        "0.001          | 0.002",
      })
  void modelsThatAreTrainedFurtherInOtherWaysHaveOtherFiles(String one, String other) {
    assertThat(FILE).contains(one);
    assertThat(file(read(FILE.replace(one, other)), 60)).isNotEqualTo(file(read(FILE), 60));
    assertThat(file(read(FILE), 61)).isNotEqualTo(file(read(FILE), 60));
    assertThat(file(read(FILE), 60)).isEqualTo(file(read(FILE.replace("[0]", "[1]")), 60));
  }

  private Path file(Experiment experiment, int steps) {
    return FineTunedRun.file(folder, experiment, experiment.strategies().getLast(), steps);
  }

  private static Experiment read(String file) {
    return ExperimentReader.read(
        "tiny", JsonFile.parse("tiny.json", file.getBytes(StandardCharsets.UTF_8)), false);
  }

  private List<Result> run(String name, boolean resume, Consumer<String> hears) {
    Path place = folder.resolve(name);
    return Runner.of(
            read(FILE), place.resolve("out"), place.resolve("models"), 1, "1", "rope lab run tiny")
        .run(resume, (what, _, _, _) -> hears.accept(what));
  }

  private List<Path> fineTuned(String name) throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve(name))) {
      return files.filter(f -> f.getFileName().toString().startsWith("fine-tuned")).toList();
    }
  }

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

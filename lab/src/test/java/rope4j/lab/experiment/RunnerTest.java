package rope4j.lab.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.json.JsonFile;
import rope4j.lab.result.Result;
import rope4j.lab.result.Result.Metric;
import rope4j.lab.result.ResultFile;
import rope4j.lab.task.Example;

/// Which jobs are run, what is measured and written, and how a run goes on; with a trainer whose
/// models are right within the trained length and wrong past it.
class RunnerTest {

  private static final String FILE =
      """
      {
        "task": {"kind": "induction", "alphabet": 64},
        "model": {"layers": 1, "width": 16, "heads": 2},
        "training": {"length": 32, "steps": 5},
        "seeds": [0, 1],
        "encodings": {"rope": {"kind": "rope"}, "learned": {"kind": "learned"}},
        "strategies": {"unscaled": {"scaling": "unscaled"}, "PI": {"scaling": "linear"}},
        "lengths": [32, 64],
        "examples": 3
      }
      """;

  @TempDir private Path folder;
  private final Fake fake = new Fake();
  private final List<Double> shares = new ArrayList<>();
  private int parallel = 1;

  @Test
  void everyJobIsTrainedAndAskedUnderEveryStrategyAndLength() {
    List<Result> results = run(FILE, false);
    assertThat(fake.trained).containsExactly("rope-0", "learned-0", "rope-1", "learned-1");
    assertThat(fake.asked)
        .startsWith("rope-0 unscaled 1.0 32", "rope-0 unscaled 1.0 64", "rope-0 PI 2.0 64")
        .contains("learned-0 unscaled 1.0 64")
        .hasSize(10);
    assertThat(ResultFile.read(folder.resolve(Runner.RESULTS))).isEqualTo(results);
  }

  @Test
  void onlyPositionsPastTheTrainedLengthCountInLongerSequences() {
    List<Result> results = run(FILE, false);
    assertThat(value(results, 32, Metric.ACCURACY)).isEqualTo(1);
    assertThat(value(results, 64, Metric.ACCURACY)).isZero();
    assertThat(value(results, 64, Metric.NLL)).isCloseTo(5, within(1e-12));
    assertThat(value(results, 64, Metric.FLOOR)).isZero();
  }

  @Test
  void aRunGoesOnWithoutRepeatingFinishedJobs() {
    fake.dieAt = "rope-1";
    assertThatThrownBy(() -> run(FILE, false)).hasMessage("killed");
    assertThat(fake.trained).containsExactly("rope-0", "learned-0", "rope-1");
    fake.trained.clear();
    fake.dieAt = "";
    List<Result> resumed = run(FILE, true);
    assertThat(fake.trained).containsExactly("rope-1", "learned-1");
    assertThat(resumed.stream().map(r -> r.encoding() + r.seed()).distinct())
        .containsExactly("rope0", "learned0", "rope1", "learned1");
  }

  /// The job beside it would train for ever.
  @Test
  @Timeout(60)
  void whenOneJobFailsThoseBesideItStop() {
    fake.dieAt = "learned-0";
    fake.endless = "rope-0";
    parallel = 2;
    assertThatThrownBy(() -> run(FILE, false)).hasMessage("killed");
    assertThat(fake.trained).containsExactlyInAnyOrder("rope-0", "learned-0");
    assertThat(ResultFile.read(folder.resolve(Runner.RESULTS))).isEmpty();
  }

  @Test
  void jobsThatRunAtOnceLeaveTheirResultsInTheOrderOfTheJobs() {
    parallel = 2;
    List<Result> results = run(FILE, false);
    assertThat(fake.trained)
        .containsExactlyInAnyOrder("rope-0", "learned-0", "rope-1", "learned-1");
    assertThat(results.stream().map(r -> r.encoding() + r.seed()).distinct())
        .containsExactly("rope0", "learned0", "rope1", "learned1");
  }

  @Test
  void resultsAreNotMixedWithoutBeingAsked() {
    run(FILE, false);
    assertThatThrownBy(() -> run(FILE, false))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("--resume");
    assertThatThrownBy(() -> run(FILE.replace("\"steps\": 5", "\"steps\": 6"), true))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("other settings");
  }

  @Test
  void fixedFactorsAreAskedAtEveryLength() {
    run(FILE.replace("\"examples\"", "\"factors\": [2, 4], \"examples\""), false);
    assertThat(fake.asked)
        .contains("rope-0 PI 2.0 32", "rope-0 PI 4.0 32", "rope-0 PI 2.0 64", "rope-0 PI 4.0 64");
  }

  @Test
  void fineTuningBeginsFromTheTrainedModelForEveryStrategy() {
    run(
        FILE.replace(
            "\"examples\"", "\"fineTuning\": {\"steps\": [7], \"length\": 64}, \"examples\""),
        false);
    assertThat(fake.asked)
        .contains("rope-0 unscaled 1.0 64 after 7 unscaled", "rope-0 PI 2.0 32 after 7 PI");
  }

  @Test
  void progressEndsWithEverythingDone() {
    run(FILE, false);
    assertThat(shares).isSorted();
    assertThat(shares.getLast()).isEqualTo(1);
  }

  private List<Result> run(String file, boolean resume) {
    Experiment experiment =
        ExperimentReader.read(
            "mine", JsonFile.parse("mine.json", file.getBytes(StandardCharsets.UTF_8)), false);
    return new Runner(
            experiment,
            fake,
            folder,
            folder.resolve("models"),
            parallel,
            "1",
            "rope lab run mine.json")
        .run(resume, (what, done, total, worked) -> shares.add(done / total));
  }

  private static double value(List<Result> results, int length, Metric metric) {
    return results.stream()
        .filter(r -> r.length() == length && r.metric() == metric)
        .findFirst()
        .orElseThrow()
        .value();
  }

  private static final class Fake implements ModelTrainer {

    private final List<String> trained = new CopyOnWriteArrayList<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private String dieAt = "";
    private String endless = "";

    @Override
    public TrainedModel train(
        Experiment experiment, Experiment.Job job, Path folder, StepListener listener) {
      assertThat(Files.isDirectory(folder)).isTrue();
      if (!trained.contains(job.folder())) {
        trained.add(job.folder());
        for (int step = 1; step <= experiment.training(job).steps(); step++) {
          if (job.folder().equals(dieAt) && step == 3) {
            throw new IllegalStateException("killed");
          }
          listener.step(step, 1);
        }
        while (job.folder().equals(endless) && !Thread.currentThread().isInterrupted()) {
          listener.step(experiment.training(job).steps(), 1);
        }
      }
      return new Model(experiment.training().length(), job.folder());
    }

    private final class Model implements TrainedModel {

      private final int trainedLength;
      private final String name;
      private String after = "";

      Model(int trainedLength, String name) {
        this.trainedLength = trainedLength;
        this.name = name;
      }

      @Override
      public Answers ask(Strategy strategy, double factor, List<Example> examples) {
        int length = examples.getFirst().length();
        asked.add(name + " " + strategy.name() + " " + factor + " " + length + after);
        double[][] nll = new double[examples.size()][length];
        boolean[][] right = new boolean[examples.size()][length];
        for (int i = 0; i < examples.size(); i++) {
          for (int p = 0; p < length; p++) {
            nll[i][p] = p < trainedLength ? 0 : 5;
            right[i][p] = p < trainedLength;
          }
        }
        return new Answers(examples, nll, right);
      }

      @Override
      public void fineTune(Strategy strategy, double factor, int steps, StepListener listener) {
        after = " after " + steps + " " + strategy.name();
        for (int step = 1; step <= steps; step++) {
          listener.step(step, 1);
        }
      }

      @Override
      public void close() {}
    }
  }
}

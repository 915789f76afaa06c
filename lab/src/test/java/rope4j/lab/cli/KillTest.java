package rope4j.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rope4j.lab.experiment.Experiment;
import rope4j.lab.experiment.Experiments;
import rope4j.lab.experiment.Runner;
import rope4j.lab.experiment.StoredModel;
import rope4j.lab.training.SavedRun;

/// A run in a process of its own that is killed without warning.
class KillTest {

  /// A model is written down every 50 steps; the whole takes a few seconds.
  private static final String FILE =
      """
      {
        "task": {"kind": "induction", "alphabet": 32},
        "model": {"layers": 2, "width": 32, "heads": 2},
        "training": {"length": 32, "steps": 200, "batch": 8},
        "seeds": [0, 1],
        "encodings": {"rope": {"kind": "rope"}},
        "strategies": {"unscaled": {"scaling": "unscaled"}, "PI": {"scaling": "linear"}},
        "lengths": [32, 64],
        "examples": 4
      }
      """;

  private static final int STEPS = 200;

  private static final Pattern TRAINING =
      Pattern.compile("rope, seed (\\d+): training, step (\\d+) of " + STEPS);

  @TempDir private Path folder;

  @Test
  @Timeout(600)
  void aRunThatIsKilledAtAnyMomentGoesOnAndEndsWithTheSameResults() throws Exception {
    Path file = Files.writeString(folder.resolve("tiny.json"), FILE);
    Path killed = folder.resolve("killed");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Lab.class.getName(),
                "run",
                file.toString(),
                "--out",
                killed.resolve("out").toString(),
                "--parallel",
                "1")
            .redirectErrorStream(true)
            .redirectOutput(new File(folder.toFile(), "log"))
            .start();
    while (weights().isEmpty() && process.isAlive()) {
      Thread.sleep(5);
    }
    long later = ThreadLocalRandom.current().nextLong(250);
    boolean ended = process.waitFor(later, TimeUnit.MILLISECONDS);
    process.destroyForcibly().waitFor();
    assertThat(weights()).as(Files.readString(folder.resolve("log"))).isNotEmpty();
    assertThat(ended).as("it was done %d ms after its first checkpoint", later).isFalse();

    Experiment experiment = Experiments.find(file.toString(), false);
    Path models = killed.resolve("models");
    Map<Long, Integer> saved = new TreeMap<>();
    for (Experiment.Job job : experiment.jobs()) {
      Path run = StoredModel.folder(models, experiment, job).resolve("run.safetensors");
      saved.put(job.seed(), Files.exists(run) ? SavedRun.step(run) : 0);
    }
    Map<Long, Integer> first = new TreeMap<>();
    Runner.of(experiment, killed.resolve("out"), models, 1, Lab.VERSION, "rope lab run " + file)
        .run(true, (what, _, _, _) -> firstStep(what, first));
    run("run", file, "--out", folder.resolve("whole").resolve("out"));

    assertThat(saved.get(0L)).isGreaterThanOrEqualTo(50);
    // A training that was done has no first step.
    saved.values().removeIf(steps -> steps == STEPS);
    saved.replaceAll((_, steps) -> steps + 1);
    assertThat(first).isEqualTo(saved);
    assertThat(killed.resolve("out").resolve("results.jsonl"))
        .hasSameTextualContentAs(folder.resolve("whole").resolve("out").resolve("results.jsonl"));
  }

  /// Of each seed's training the step that is told of first.
  private static void firstStep(String what, Map<Long, Integer> first) {
    Matcher step = TRAINING.matcher(what);
    if (step.lookingAt()) {
      first.putIfAbsent(Long.valueOf(step.group(1)), Integer.valueOf(step.group(2)));
    }
  }

  private List<Path> weights() throws IOException {
    Path models = folder.resolve("killed").resolve("models");
    if (!Files.exists(models)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(models)) {
      return files.filter(f -> f.endsWith("run.safetensors")).toList();
    }
  }

  private static void run(Object... arguments) {
    StringWriter err = new StringWriter();
    String[] words = Stream.of(arguments).map(Object::toString).toArray(String[]::new);
    assertThat(Lab.run(new PrintWriter(new StringWriter()), new PrintWriter(err), words))
        .as(err.toString())
        .isZero();
  }
}

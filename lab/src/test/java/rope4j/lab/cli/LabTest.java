package rope4j.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rope4j.inference.Model;
import rope4j.lab.random.Draws;
import rope4j.lab.task.Induction;

/// `rope lab` as a user sees it.
class LabTest {

  private static final String FILE =
      """
      {
        "description": "Tiny.",
        "task": {"kind": "induction", "alphabet": 16},
        "model": {"layers": 1, "width": 8, "heads": 1},
        "training": {"length": 16, "steps": 2, "batch": 2},
        "seeds": [0, 1],
        "encodings": {"rope": {"kind": "rope"}},
        "strategies": {"unscaled": {"scaling": "unscaled"}, "YaRN": {"scaling": "by-parts", "temperature": 0.1}},
        "lengths": [16, 32],
        "examples": 2
      }
      """;

  @TempDir private Path folder;

  private record Ran(int code, String out, String err) {}

  private static Ran run(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = arguments[i].toString();
    }
    int code = Lab.run(new PrintWriter(out), new PrintWriter(err), words);
    return new Ran(code, out.toString(), err.toString());
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("tiny.json"), text);
  }

  @Test
  void theListNamesEveryExperiment() {
    Ran ran = run("list");
    assertThat(ran.code()).isZero();
    assertThat(ran.out()).contains("induction", "encodings", "story", "statespace");
  }

  @Test
  void theListCountsTheStepsOfEveryEncoding() {
    assertThat(run("list").out()).contains("18 trainings of 1500 to 2500 steps");
  }

  @Test
  void anExperimentIsTrainedTestedAndShown() throws IOException {
    Path out = folder.resolve("out");
    Ran ran = run("run", file(FILE), "--out", out, "--seeds", 1);
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out()).contains("tiny: Tiny.", "rope, YaRN", "One seed.");
    assertThat(out.resolve("results.jsonl")).isNotEmptyFile();
    assertThat(out.resolve("report.html")).isNotEmptyFile();
    assertThat(out.resolve("by-length.png")).isNotEmptyFile();
  }

  @Test
  void moreSeedsAreAddedToAFinishedRun() throws IOException {
    Path out = folder.resolve("out");
    run("run", file(FILE), "--out", out, "--seeds", 1);
    String before = Files.readString(out.resolve("results.jsonl"));
    Ran ran = run("run", file(FILE), "--out", out, "--resume");
    assertThat(ran.out()).contains("over 2 seeds");
    assertThat(Files.readString(out.resolve("results.jsonl"))).startsWith(before);
  }

  @Test
  void theSameSeedGivesTheSameResults() throws IOException {
    run("run", file(FILE), "--out", folder.resolve("a"), "--models", folder.resolve("ma"));
    run("run", file(FILE), "--out", folder.resolve("b"), "--models", folder.resolve("mb"));
    assertThat(folder.resolve("b").resolve("results.jsonl"))
        .hasSameTextualContentAs(folder.resolve("a").resolve("results.jsonl"));
  }

  @Test
  void howManyModelsAreTrainedAtOnceChangesNoResult() throws IOException {
    for (int parallel : new int[] {1, 2}) {
      run(
          "run",
          file(FILE),
          "--out",
          folder.resolve("p" + parallel),
          "--models",
          folder.resolve("m" + parallel),
          "--parallel",
          parallel);
    }
    assertThat(folder.resolve("p2").resolve("results.jsonl"))
        .isNotEmptyFile()
        .hasSameTextualContentAs(folder.resolve("p1").resolve("results.jsonl"));
  }

  @Test
  void aModelThatOneExperimentTrainedIsTakenAsItIsByAnother() throws IOException {
    run("run", file(FILE), "--out", folder.resolve("one"));
    Map<Path, FileTime> trained = weights();
    run(
        "run",
        Files.writeString(
            folder.resolve("other.json"),
            FILE.replace("\"rope\":", "\"another name\":").replace("[16, 32]", "[16, 24]")),
        "--out",
        folder.resolve("other"));
    assertThat(trained).hasSize(2);
    assertThat(weights()).isEqualTo(trained);
    assertThat(folder.resolve("other").resolve("results.jsonl")).isNotEmptyFile();
  }

  private Map<Path, FileTime> weights() throws IOException {
    Map<Path, FileTime> times = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder.resolve("models"))) {
      for (Path file : files.filter(f -> f.endsWith("run.safetensors")).toList()) {
        times.put(file, Files.getLastModifiedTime(file));
      }
    }
    return times;
  }

  @Test
  void aTrainedModelIsExportedWithExamplesThatItsTokenizerReads() throws IOException {
    run("run", file(FILE), "--out", folder.resolve("out"));
    Path exported = folder.resolve("exported");
    Ran ran = export(file(FILE), exported);
    assertThat(ran.code()).as(ran.err()).isZero();
    List<String> lines = Files.readAllLines(exported.resolve("examples.txt"));
    assertThat(lines).hasSize(3);
    int[] first = new Induction(16, false).test(Draws.seed(3, 32, 0), 32).inputs();
    assertThat(tokens(exported.resolve("model.gguf"), lines.getFirst())).containsExactly(first);
    assertThat(tokens(exported.resolve("huggingface"), lines.getFirst())).containsExactly(first);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rotatedShare", "turningShare"})
  void aRotationThatTransformersHasNoWordsForLeavesAsGgufAlone(String key) throws IOException {
    Path file =
        file(FILE.replace("\"kind\": \"rope\"", "\"kind\": \"rope\", \"" + key + "\": 0.5"));
    run("run", file, "--out", folder.resolve("out"));
    Path exported = folder.resolve("exported");
    Ran ran = export(file, exported);
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out().lines())
        .containsExactly(
            "model.gguf and examples.txt, but no folder huggingface because a Llama's config.json"
                + " has no words for this rotation: "
                + exported);
    List<String> lines = Files.readAllLines(exported.resolve("examples.txt"));
    assertThat(tokens(exported.resolve("model.gguf"), lines.getFirst())).hasSize(32);
    assertThat(exported.resolve("huggingface")).doesNotExist();

    Files.createDirectory(exported.resolve("huggingface"));
    assertThat(export(file, exported).err()).contains("this is of another model", "delete it");
  }

  @Test
  void anExportThatIsRefusedWritesNothing() throws IOException {
    run("run", file(FILE), "--out", folder.resolve("out"));
    Path exported = folder.resolve("exported");
    Ran ran = export(file(FILE), exported, "--storage", "Q8_0");
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains("which Q8_0 can't store");
    assertThat(exported).doesNotExist();
  }

  private Ran export(Path file, Path to, Object... more) {
    List<Object> words =
        new ArrayList<>(
            List.of(
                "export",
                file,
                "--models",
                folder.resolve("models"),
                "--out",
                to,
                "--examples",
                3,
                "--length",
                32));
    words.addAll(List.of(more));
    return run(words.toArray());
  }

  private static int[] tokens(Path model, String text) {
    try (Model loaded = Model.load(model, 1)) {
      return loaded.tokenizer().encode(text);
    }
  }

  @Test
  void onlyModelsWhoseTrainingHasEndedAreExported() throws IOException {
    assertThat(run("export", file(FILE), "--out", folder.resolve("x")).err())
        .contains("there is no trained model; rope lab run");
  }

  @Test
  void storedResultsArePrintedAsMarkdown() throws IOException {
    run("run", file(FILE), "--out", folder.resolve("out"));
    Ran ran = run("table", folder.resolve("out").resolve("results.jsonl"));
    assertThat(ran.out()).startsWith("| encoding, scaling | 16 | 32 (2×) |\n|---|--:|--:|\n");
    assertThat(ran.out()).contains("| rope, YaRN |", "over 2 seeds");
  }

  @Test
  void theCostOfEveryEncodingIsMeasuredAgainstNone() throws IOException {
    Ran ran = run("cost", file(FILE), "--rounds", 2);
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out().lines().skip(2).limit(2))
        .satisfiesExactly(
            none -> assertThat(none).startsWith("| no positions |").contains("| +0.0 % |"),
            rope -> assertThat(rope).startsWith("| rope |"));
  }

  @Test
  void aMistakeInTheFileIsOneSentenceWithKeyAndLine() throws IOException {
    Ran ran = run("run", file(FILE.replace("\"steps\"", "\"stepps\"")));
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err().lines()).hasSize(1);
    assertThat(ran.err()).startsWith("rope: tiny.json:5: training.stepps: there is no such key");
  }

  @Test
  void wrongFlagsAreOneSentence() throws IOException {
    assertThat(run().err()).startsWith("rope: a command is missing");
    assertThat(run("run", "inductoin").err()).contains("inductoin", "induction, eightfold");
    assertThat(run("run", file(FILE), "--seeds", 0).err()).contains("--seeds must be at least 1");
    assertThat(run("run", file(FILE), "--parallel", 0).err())
        .contains("--parallel must be at least 1");
    assertThat(run("run").code()).isEqualTo(2);
  }
}

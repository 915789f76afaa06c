package rope4j.lab.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.json.JsonFile;
import rope4j.lab.model.Initialisation;
import rope4j.lab.task.Induction;

/// What a file says, and how a wrong one is refused.
class ExperimentFileTest {

  private static final String FILE =
      """
      {
        "task": {"kind": "induction", "alphabet": 64},
        "model": {"layers": 2, "width": 64, "heads": 2},
        "training": {
          "length": 32,
          "steps": 100
        },
        "seeds": [3, 4],
        "encodings": {
          "turned": {"kind": "rope", "base": 500},
          "none": {"kind": "nope"}
        },
        "strategies": {
          "as it is": {"scaling": "unscaled"},
          "YaRN": {"scaling": "by-parts", "betaFast": 8, "temperature": 0.1}
        },
        "lengths": [64, 32],
        "quick": {"steps": 10, "encodings": ["turned"]}
      }
      """;

  private static Experiment read(String text, boolean quick) {
    return ExperimentReader.read(
        "mine", JsonFile.parse("mine.json", text.getBytes(StandardCharsets.UTF_8)), quick);
  }

  static Stream<String> shipped() {
    return Experiments.names().stream();
  }

  @Test
  void everythingInTheFileArrives() {
    Experiment experiment = read(FILE, false);
    assertThat(experiment.task()).isEqualTo(new Induction(64, false));
    assertThat(experiment.training()).isEqualTo(new Training(32, 100, 32, 1e-3));
    assertThat(experiment.jobs()).hasSize(4);
    assertThat(experiment.encodings().getFirst().base()).isEqualTo(500);
    assertThat(experiment.lengths()).containsExactly(32, 64);
    assertThat(experiment.strategies().getLast())
        .isEqualTo(new Strategy("YaRN", Strategy.Method.BY_PARTS, 8, 1, 0.1));
  }

  @Test
  void theQuickFormOverridesWhatItNames() {
    Experiment quick = read(FILE, true);
    assertThat(quick.training().steps()).isEqualTo(10);
    assertThat(quick.encodings()).extracting(Encoding::name).containsExactly("turned");
    assertThat(quick.lengths()).containsExactly(32, 64);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"steps\": 100   | \"stepps\": 100     | mine.json:6: training.stepps: there is no such key in training; the keys are length, steps, batch, learningRate",
        "\"steps\": 100   | \"steps\": 1.5      | mine.json:6: training.steps: a whole number of at least 1 was expected, but it is 1.5",
        "\"steps\": 100   | \"batch\": 3        | mine.json:4: training.steps: this key is missing; add it",
        "\"base\": 500    | \"base\": 1         | mine.json:10: encodings.turned: the base must be above 1, but it is 1.0",
        "\"kind\": \"nope\" | \"kind\": \"none\" | mine.json:11: encodings.none.kind: must be one of learned, sinusoidal, alibi, nope, rope, xpos, but it is \"none\"",
        "\"induction\"    | \"inductoin\"       | mine.json:2: task.kind: must be one of induction, passkey, key-value, counting, story",
        "\"alphabet\": 64 | \"letters\": 64     | mine.json:2: task.letters: there is no such key in task; the keys are kind, alphabet, once",
        "\"alphabet\": 64 | \"alphabet\": 30    | mine.json:17: lengths: the task induction needs a length from 16 to 60 tokens, but it is 64",
        "\"heads\": 2     | \"heads\": 3        | mine.json:3: model: the width must be an even multiple of the heads, but they are 64 and 3",
        "[\"turned\"]     | [\"rope\"]          | mine.json:18: quick.encodings: there is no 'rope'; there are turned, none",
        "[3, 4]           | [3, 4, 3]           | mine.json:8: seeds: 3 is given twice; remove one of them",
        "[64, 32]         | [64, 32, 64]        | mine.json:17: lengths: 64 is given twice; remove one of them",
        "\"quick\"        | \"factors\": [2, 2.0], \"quick\" | mine.json:18: factors: 2.0 is given twice; remove one of them",
        "\"quick\"        | \"fineTuning\": {\"steps\": [5, 0, 5], \"length\": 64}, \"quick\" | mine.json:18: fineTuning.steps: 5 is given twice; remove one of them",
        "\"quick\"        | \"fineTuning\": {\"steps\": [5], \"length\": 200}, \"quick\" | mine.json:18: fineTuning.length: the task induction needs a length from 16 to 128 tokens, but it is 200",
        "\"nope\"         | \"alibi\", \"recurrence\": \"fixed\" | mine.json:11: encodings.none.recurrence: a recurrence that rotates needs the frequencies of an encoding of kind rope",
        "\"nope\"         | \"xpos\", \"recurrence\": \"cumulative\" | mine.json:11: encodings.none.recurrence: a recurrence that rotates needs the frequencies of an encoding of kind rope",
        "\"nope\"         | \"alibi\", \"base\": 500 | mine.json:11: encodings.none.base: an encoding of kind alibi does not use it; remove it",
        "\"nope\"         | \"xpos\", \"rotatedShare\": 0.5 | mine.json:11: encodings.none.rotatedShare: an encoding of kind xpos does not use it; remove it",
        "\"nope\"         | \"sinusoidal\", \"turningShare\": 0.5 | mine.json:11: encodings.none.turningShare: an encoding of kind sinusoidal does not use it; remove it",
        "\"seeds\"        | \"seed\"            | mine.json:8: seed: there is no such key; the keys are description, task, model, training, seeds, encodings, strategies, lengths, factors, fineTuning, examples, quick",
      })
  void aWrongFileIsRefusedWithKeyAndLine(String right, String wrong, String message) {
    assertThat(FILE).contains(right);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(FILE.replace(right, wrong), true))
        .withMessage(message);
  }

  @Test
  void learnedPositionsThatEndBeforeTheTrainedLengthAreRefused() {
    String learned = FILE.replace("\"nope\"", "\"learned\"");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(learned.replace("\"length\": 32", "\"length\": 96"), false))
        .withMessage(
            "mine.json:17: lengths: the learned positions of 'none' end with the longest test, 64"
                + " tokens, but it is trained on 96; add a length of at least 96");
    String further =
        learned.replace(
            "\"quick\"", "\"fineTuning\": {\"steps\": [5], \"length\": 128}, \"quick\"");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(further, false))
        .withMessageStartingWith("mine.json:17: lengths: ")
        .withMessageEndingWith("add a length of at least 128");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"lengths\": [64, 32]  | \"lengths\": [64, 400000000] | mine.json:17: lengths",
        "\"length\": 32         | \"length\": 400000000        | mine.json:5: training.length",
      })
  void aLengthThatNoModelCanReadIsRefused(String right, String wrong, String place) {
    String file = FILE.replace("\"induction\", \"alphabet\": 64", "\"passkey\"");
    assertThat(read(file, false).lengths()).containsExactly(32, 64);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(file.replace(right, wrong), false))
        .withMessage(
            place + ": a sequence has at most 1048576 tokens, but the length is 400000000");
  }

  @Test
  void theQuickFormsListsAreRefusedInTheirOwnPlace() {
    String file =
        FILE.replace("\"quick\"", "\"fineTuning\": {\"steps\": [5], \"length\": 64},\n\"quick\"");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(file.replace("\"steps\": 10,", "\"fineTuning\": [6, 6],"), true))
        .withMessage("mine.json:19: quick.fineTuning: 6 is given twice; remove one of them");
  }

  @Test
  void aFileThatIsNoJsonIsRefusedWithItsLine() {
    assertThatThrownBy(() -> read(FILE.replace("[3, 4],", "[3, 4]"), false))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("line 9");
  }

  @ParameterizedTest
  @MethodSource("shipped")
  void everyShippedExperimentCanBeRead(String name) {
    assertThat(Experiments.find(name, false).description()).endsWith(".");
    assertThat(Experiments.find(name, true).jobs()).isNotEmpty();
    assertThat(Experiments.find(name, false).seeds()).hasSize(3);
  }

  @Test
  void anUnknownNameIsAnsweredWithAllNames() {
    assertThatThrownBy(() -> Experiments.find("inductoin", false))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("induction, eightfold");
    assertThatThrownBy(() -> Experiments.find(Path.of("no", "file.json").toString(), false))
        .isInstanceOf(CheckpointException.class);
  }

  @Test
  void theFingerprintChangesWithWhatAJobDependsOnAndWithNothingElse() {
    Experiment one = read(FILE, false);
    Experiment.Job job = one.jobs().getFirst();
    Experiment otherSteps = read(FILE.replace("\"steps\": 100", "\"steps\": 101"), false);
    Experiment otherSeeds = read(FILE.replace("[3, 4]", "[3]"), false);
    assertThat(otherSteps.fingerprint(job)).isNotEqualTo(one.fingerprint(job));
    assertThat(otherSeeds.fingerprint(job)).isEqualTo(one.fingerprint(job));
  }

  @Test
  void aModelIsTrainedAnewWhenItsTaskChangesButNotWhenOnlyItsTestsDo() {
    Experiment one = read(FILE, false);
    Experiment.Job job = one.jobs().getFirst();
    Experiment otherTask = read(FILE.replace("\"alphabet\": 64", "\"alphabet\": 65"), false);
    Experiment otherTests = read(FILE.replace("\"betaFast\": 8", "\"betaFast\": 9"), false);
    assertThat(ModelSettings.of(otherTask, job).key())
        .isNotEqualTo(ModelSettings.of(one, job).key());
    assertThat(ModelSettings.of(otherTests, job).key()).isEqualTo(ModelSettings.of(one, job).key());
  }

  @Test
  void anEncodingMayBeginOtherwiseThanTheExperimentSays() {
    Experiment experiment =
        read(
            FILE.replace("\"heads\": 2", "\"heads\": 2, \"initialisation\": \"pytorch\"")
                .replace(
                    "\"kind\": \"nope\"", "\"kind\": \"nope\", \"initialisation\": \"normal\""),
            false);
    assertThat(experiment.jobs().stream().map(job -> experiment.model(job).initialisation()))
        .startsWith(Initialisation.PYTORCH, Initialisation.NORMAL);
    Experiment.Job turned = experiment.jobs().getFirst();
    assertThat(ModelSettings.of(experiment, turned).key())
        .isNotEqualTo(ModelSettings.of(read(FILE, false), turned).key());
  }

  @Test
  void aModelsSettingsAreAnExperimentThatTrainsIt() {
    Experiment experiment = read(FILE, false);
    for (Experiment.Job job : experiment.jobs()) {
      ModelSettings settings = ModelSettings.of(experiment, job);
      Experiment alone =
          ModelSettings.read(
              JsonFile.parse("model.json", settings.file().getBytes(StandardCharsets.UTF_8)));
      assertThat(alone.jobs()).hasSize(1);
      assertThat(ModelSettings.of(alone, alone.jobs().getFirst()).key()).isEqualTo(settings.key());
      assertThat(alone.training(alone.jobs().getFirst())).isEqualTo(experiment.training(job));
      assertThat(alone.task()).isEqualTo(experiment.task());
    }
  }

  @Test
  void experimentsThatAskTheSameModelsFindThemByTheSameKey() {
    assertThat(
            Stream.of("induction", "temperature", "damage", "finetune", "encodings", "base")
                .map(name -> Experiments.find(name, false))
                .map(experiment ->
                    experiment.jobs().stream()
                        .map(job -> ModelSettings.of(experiment, job).key())
                        .collect(Collectors.toSet())))
        .allSatisfy(keys -> assertThat(keys).containsAll(keysOf("induction")));
  }

  private static List<String> keysOf(String name) {
    Experiment experiment = Experiments.find(name, false);
    return experiment.jobs().stream().map(job -> ModelSettings.of(experiment, job).key()).toList();
  }
}

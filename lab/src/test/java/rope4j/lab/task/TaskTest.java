package rope4j.lab.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rope4j.lab.story.StoryVocabulary;

/// What every task keeps, and what each asks.
class TaskTest {

  static List<Task> tasks() {
    return List.of(
        new Induction(256, false),
        new Induction(256, true),
        new Passkey(52),
        new KeyValueRecall(256, 64),
        new Counting(2),
        new Counting(5),
        new StoryTelling());
  }

  @ParameterizedTest
  @MethodSource("tasks")
  void theSameSeedGivesTheSameExample(Task task) {
    assertThat(task.training(4, 96))
        .isEqualTo(task.training(4, 96))
        .isNotEqualTo(task.training(5, 96));
    assertThat(task.test(4, 96)).isEqualTo(task.test(4, 96)).isNotEqualTo(task.test(5, 96));
  }

  @ParameterizedTest
  @MethodSource("tasks")
  void allTokensAreInTheVocabularyAndSomethingIsAsked(Task task) {
    for (int seed = 0; seed < 50; seed++) {
      for (Example example : List.of(task.training(seed, 100), task.test(seed, 301))) {
        assertThat(Arrays.stream(example.inputs()))
            .allMatch(token -> token >= 0 && token < task.vocabularySize());
        assertThat(Arrays.stream(example.targets()).boxed())
            .allMatch(token -> token >= Example.NOT_ASKED && token < task.vocabularySize())
            .anyMatch(token -> token != Example.NOT_ASKED);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("tasks")
  void aLengthThatDoesNotFitIsRefused(Task task) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> task.test(1, task.shortest() - 1))
        .withMessageContaining(task.name());
    assertThat(task.test(1, task.shortest()).length()).isEqualTo(task.shortest());
  }

  @Test
  void inductionAsksForWhatStoodBehindTheSameTokenBefore() {
    for (int length : new int[] {128, 160, 512}) {
      Example example = new Induction(256, false).test(9, length);
      int[] inputs = example.inputs();
      int[] targets = example.targets();
      int segment = length / 2;
      assertThat(Arrays.stream(inputs).limit(segment).distinct()).hasSize(segment);
      for (int at = 0; at < length; at++) {
        if (at < segment) {
          assertThat(example.asks(at)).isFalse();
        } else {
          assertThat(inputs[at - segment]).isEqualTo(inputs[at]);
          assertThat(targets[at]).isEqualTo(inputs[(at + 1) % segment]);
        }
      }
    }
  }

  @Test
  void inductionIsLearntFromSegmentsOf8ToHalfTheLength() {
    int[] segments =
        IntStream.range(0, 2000)
            .map(seed -> {
              Example example = new Induction(256, false).training(seed, 128);
              return IntStream.range(0, 128).filter(example::asks).findFirst().orElseThrow();
            })
            .toArray();
    assertThat(Arrays.stream(segments).min()).hasValue(8);
    assertThat(Arrays.stream(segments).max()).hasValue(64);
  }

  @Test
  void inductionThatRepeatsOnceIsLearntFromMatchesOneSegmentBack() {
    for (int seed = 0; seed < 200; seed++) {
      Example example = new Induction(256, true).training(seed, 128);
      int[] inputs = example.inputs();
      int segment = IntStream.range(0, 128).filter(example::asks).findFirst().orElseThrow();
      for (int at = 0; at < 128; at++) {
        if (example.asks(at)) {
          assertThat(at % (2 * segment)).isGreaterThanOrEqualTo(segment);
          assertThat(inputs[at - segment]).isEqualTo(inputs[at]);
          assertThat(inputs[at + 1 - segment]).isEqualTo(example.targets()[at]);
        }
      }
    }
  }

  @Test
  void passkeyAsksForTheDigitsBehindTheMark() {
    Example example = new Passkey(52).test(3, 200);
    int[] inputs = example.inputs();
    int mark = IntStream.range(0, 200).filter(at -> inputs[at] == 10).findFirst().orElseThrow();
    assertThat(inputs[195]).isEqualTo(11);
    assertThat(Arrays.copyOfRange(example.targets(), 195, 200))
        .isEqualTo(Arrays.copyOfRange(inputs, mark + 1, mark + 6));
    assertThat(Arrays.stream(example.targets()).max().orElseThrow()).isLessThan(10);
    assertThat(IntStream.range(0, 195).noneMatch(example::asks)).isTrue();
  }

  @Test
  void keyValueRecallAsksForTheValueThatStoodBehindTheKey() {
    Example example = new KeyValueRecall(256, 64).test(3, 203);
    int[] inputs = example.inputs();
    Map<Integer, Integer> values = new HashMap<>();
    for (int at = 0; at < 100; at += 2) {
      assertThat(values.put(inputs[at], inputs[at + 1])).isNull();
    }
    for (int at = 100; at < 203; at += 2) {
      assertThat(example.targets()[at]).isEqualTo(values.get(inputs[at]));
    }
  }

  @Test
  void countingAsksForTheOnesSoFar() {
    Example example = new Counting(3).test(3, 50);
    int ones = 0;
    for (int at = 0; at < 50; at++) {
      ones += example.inputs()[at];
      assertThat(example.targets()[at]).isEqualTo(ones % 3);
    }
  }

  @Test
  void storiesAskForTheNextWordEverywhere() {
    Example example = new StoryTelling().test(3, 300);
    assertThat(Arrays.copyOf(example.targets(), 299))
        .isEqualTo(Arrays.copyOfRange(example.inputs(), 1, 300));
  }

  @Test
  void storiesAreLearntFromTheMiddleOfDocumentsToo() {
    int arrival = StoryVocabulary.standard().id("a");
    long fromTheBeginning =
        IntStream.range(0, 1000)
            .filter(seed -> new StoryTelling().training(seed, 64).targets()[0] == arrival)
            .count();
    // A quarter, and those of the others that happen to be cut before an arrival.
    assertThat(fromTheBeginning).isBetween(200L, 330L);
  }

  @Test
  void guessingGetsTheChanceItSays() {
    Task task = new Counting(2);
    double zeros =
        IntStream.range(0, 200)
            .mapToObj(seed -> task.test(seed, 100).targets())
            .flatMapToInt(Arrays::stream)
            .filter(target -> target == 0)
            .count();
    assertThat(zeros / 20_000).isBetween(task.chance() - 0.03, task.chance() + 0.03);
  }
}

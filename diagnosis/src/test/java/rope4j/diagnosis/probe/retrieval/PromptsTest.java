package rope4j.diagnosis.probe.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rope4j.diagnosis.probe.retrieval.RetrievalTask.DoesNotFitException;
import rope4j.diagnosis.probe.retrieval.RetrievalTask.Question;
import rope4j.inference.Model;

class PromptsTest {

  private static Model model;
  private static TextPrompts prompts;

  @BeforeAll
  static void open() {
    model =
        Model.load(
            Path.of("../inference/src/test/resources/parity/zoo/models", "llama-gqa.gguf"), 1);
    prompts = new TextPrompts(model.tokenizer());
  }

  @AfterAll
  static void close() {
    model.close();
  }

  static Stream<RetrievalTask> tasks() {
    int[] text = prompts.encode("A story that is told to nobody. ".repeat(400));
    List<RetrievalTask> own =
        List.of(
            new Passkey(prompts),
            new Indexing(prompts),
            new OwnText.Needle(prompts, List.of(text)),
            new OwnText.Recall(List.of(text), 32));
    return Stream.concat(own.stream(), Ruler.tasks(prompts).stream());
  }

  @ParameterizedTest
  @MethodSource("tasks")
  void aQuestionFillsItsLengthAndTheSameSeedAsksTheSame(RetrievalTask task) {
    int length = 6000;
    Prompt right = task.question(length, 0.5, new SplittableRandom(5)).right();
    Prompt again = task.question(length, 0.5, new SplittableRandom(5)).right();
    assertThat(right.tokens()).isEqualTo(again.tokens());
    assertThat(right.tokens().length).isBetween(length * 9 / 10, length);
    assertThat(right.answerFrom()).isLessThan(right.tokens().length);
  }

  static Stream<RetrievalTask> tasksWithAPlace() {
    return tasks().filter(task -> task.hasDepth() || "indexing".equals(task.id()));
  }

  @ParameterizedTest
  @MethodSource("tasksWithAPlace")
  void theAnswerStandsAsFarBackAsSaid(RetrievalTask task) {
    for (double depth : RetrievalProbe.DEPTHS) {
      Question question = task.question(6000, depth, new SplittableRandom(5));
      int[] tokens = question.right().tokens();
      int answer = question.right().answerFrom();
      int place = answer - question.distance();
      assertThat(Arrays.copyOfRange(tokens, place, place + tokens.length - answer))
          .as("depth %s, %d back", depth, question.distance())
          .isEqualTo(Arrays.copyOfRange(tokens, answer, tokens.length));
    }
  }

  @Test
  void atTheEndAPassageStandsAsFarBackAsItIsLong() {
    int[] text = prompts.encode("A story that is told to nobody. ".repeat(400));
    OwnText.Recall recall = new OwnText.Recall(List.of(text), 32);
    assertThat(recall.question(6000, 1, new SplittableRandom(5)).distance()).isEqualTo(32);
  }

  @Test
  void commonWordsFillALongTextToo() {
    RetrievalTask common = Ruler.tasks(prompts).get(4);
    for (int length : new int[] {3000, 40_000, 150_000}) {
      Prompt prompt = common.question(length, 0.5, new SplittableRandom(1)).right();
      assertThat(prompt.tokens().length).isBetween(length * 9 / 10, length);
    }
  }

  @ParameterizedTest
  @MethodSource("tasks")
  void rightAndWrongDifferInTheAnswerOnly(RetrievalTask task) {
    Question question = task.question(6000, 0.25, new SplittableRandom(7));
    int from = Math.min(question.right().answerFrom(), question.wrong().answerFrom());
    assertThat(Arrays.copyOf(question.wrong().tokens(), from))
        .isEqualTo(Arrays.copyOf(question.right().tokens(), from));
    assertThat(question.wrong().tokens()).isNotEqualTo(question.right().tokens());
  }

  @Test
  void thePasskeyIsAskedForInThePublishedWords() {
    Prompt prompt = new Passkey(prompts).question(2000, 0.5, new SplittableRandom(1)).right();
    String text = model.tokenizer().decode(prompt.tokens());
    String key = text.substring(text.lastIndexOf(' ') + 1);
    assertThat(text)
        .contains("There is an important info hidden inside a lot of irrelevant text.")
        .contains("The pass key is " + key + ". Remember it. " + key + " is the pass key.")
        .endsWith("What is the pass key? The pass key is " + key);
  }

  private static String asked(int task, int length) {
    Prompt prompt =
        Ruler.tasks(prompts).get(task).question(length, 0.5, new SplittableRandom(1)).right();
    return model.tokenizer().decode(prompt.tokens());
  }

  @Test
  void noiseIsWholePassagesLineByLine() {
    String noise =
        "The grass is green. The sky is blue. The sun is yellow. Here we go. There and back again.";
    assertThat(asked(0, 3000).lines().filter(noise::equals).count()).isGreaterThan(5);
    assertThat(asked(0, 3000).lines())
        .anyMatch(line -> line.startsWith("One of the special magic numbers for "));
    assertThat(asked(3, 6000).lines().filter(noise::equals).count()).isGreaterThan(15);
  }

  @Test
  void identifiersAreRandomUuids() {
    assertThat(asked(2, 6000))
        .containsPattern("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  }

  @Test
  void variablesAndCommonWordsComeWithAnExampleThatIsAnswered() {
    assertThat(asked(3, 6000).split("they are:", -1)).hasSize(3);
    assertThat(asked(3, 6000)).containsPattern("= 12345\n").contains("Find all variables");
    assertThat(asked(4, 8000).split("most often in the list are: 1\\. ", -1)).hasSize(3);
  }

  @Test
  void commonWordsStandSixTimesInAShortTextAndThirtyTimesInALongOne() {
    assertThat(times(asked(4, 4000))).isEqualTo(6);
    assertThat(times(asked(4, 9000))).isEqualTo(30);
  }

  /// How often the first word of the answer stands in the list.
  private static long times(String text) {
    int list = text.lastIndexOf("Memorize the ones that appear most often.");
    int end = text.lastIndexOf("Question:");
    String word = text.substring(text.lastIndexOf(" 1. ") + 4).split(" ", -1)[0];
    return Stream.of(text.substring(list, end).split("\\s+", -1)).filter(word::equals).count();
  }

  @Test
  void itemsMayComeInAnyOrder() {
    for (int task : new int[] {3, 4, 5}) {
      Prompt prompt =
          Ruler.tasks(prompts).get(task).question(8000, 0.5, new SplittableRandom(1)).right();
      int[] others =
          Arrays.stream(prompt.asGood())
              .mapToInt(tokens -> tokens.length)
              .filter(n -> n > 0)
              .toArray();
      int items = prompt.itemEnds().length;
      assertThat(others).as("task " + task).hasSize(items - 1);
      for (int i = 0; i < others.length; i++) {
        assertThat(others[i]).isEqualTo(items - 1 - i);
      }
    }
  }

  @Test
  void aQuestionThatDoesNotFitSaysHowLongItWouldBe() {
    assertThatThrownBy(() -> new Passkey(prompts).question(64, 0, new SplittableRandom(1)))
        .isInstanceOf(DoesNotFitException.class)
        .hasMessageContaining("more than 64");
  }
}

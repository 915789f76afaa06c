package rope4j.diagnosis.probe.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.LlamaCppRope;
import rope4j.checkpoint.RopeOverrides;
import rope4j.diagnosis.probe.retrieval.RetrievalResult.Example;
import rope4j.diagnosis.probe.retrieval.RetrievalResult.LeftOut;
import rope4j.diagnosis.probe.retrieval.RetrievalTask.DoesNotFitException;
import rope4j.diagnosis.probe.trial.Candidate;
import rope4j.diagnosis.probe.trial.Limit;
import rope4j.diagnosis.probe.trial.ResultStore;
import rope4j.diagnosis.probe.trial.Trials;
import rope4j.inference.Model;
import rope4j.inference.Session;

/// With questions whose answer a random model is sure to give, or sure not to give.
class RetrievalProbeTest {

  private static final List<Integer> LENGTHS = List.of(32, 64, 128);

  private Model model;
  private Candidate original;

  @BeforeEach
  void open() {
    model =
        Model.load(
            Path.of("../inference/src/test/resources/parity/zoo/models", "llama-gqa.gguf"), 1);
    original =
        new Candidate(
            "unscaled",
            "unscaled",
            LlamaCppRope.layers(model.description(), RopeOverrides.NONE, 128)
                .getFirst()
                .parameters(),
            128,
            model.rotation(RopeOverrides.NONE, 128));
  }

  @AfterEach
  void close() {
    model.close();
  }

  /// The tokens that a model finds most and least likely.
  private record Extremes(int most, int least) {
    static Extremes of(float[] logits) {
      int most = 0;
      int least = 0;
      for (int i = 1; i < logits.length; i++) {
        most = logits[i] > logits[most] ? i : most;
        least = logits[i] < logits[least] ? i : least;
      }
      return new Extremes(most, least);
    }
  }

  /// The right answer is what the model itself says, up to a length; beyond it is what it never
  /// says.
  private record Known(Model model, Candidate candidate, int knownUpTo) implements RetrievalTask {

    @Override
    public String id() {
      return "known";
    }

    @Override
    public String description() {
      return "What the model says itself.";
    }

    @Override
    public Question question(int length, double depth, SplittableRandom random) {
      int[] text = random.ints(length - 1L, 3, 288).toArray();
      Session session = model.session(candidate.rotation(), length);
      Extremes tokens = Extremes.of(session.feed(text));
      Prompt says = Prompt.of(text, new int[] {tokens.most()});
      Prompt never = Prompt.of(text, new int[] {tokens.least()});
      return length <= knownUpTo
          ? new Question(says, never, length)
          : new Question(never, says, length);
    }
  }

  /// Two items, the first of which the model never says, and the second it does; where the order is
  /// free, what it says instead of the first may stand there.
  private record TwoItems(Model model, Candidate candidate, boolean orderIsFree)
      implements RetrievalTask {

    @Override
    public String id() {
      return "two";
    }

    @Override
    public String description() {
      return "Two items.";
    }

    @Override
    public Question question(int length, double depth, SplittableRandom random) {
      int[] text = random.ints(length - 2L, 3, 288).toArray();
      Session session = model.session(candidate.rotation(), length);
      Extremes first = Extremes.of(session.feed(text));
      Extremes second = Extremes.of(session.feed(new int[] {first.least()}));
      int[][] asGood = {orderIsFree ? new int[] {first.most()} : new int[0], {}};
      Prompt right = Prompt.of(text, new int[] {first.least(), second.most()});
      Prompt wrong = Prompt.of(text, new int[] {first.least(), second.least()});
      return Question.spread(items(right, asGood), items(wrong, asGood));
    }

    private static Prompt items(Prompt prompt, int[][] asGood) {
      int end = prompt.tokens().length;
      return new Prompt(
          prompt.tokens(), prompt.answerFrom(), new int[] {end - 1, end}, asGood, new int[0]);
    }
  }

  /// A task that can't be asked at some lengths.
  private record Gaps(RetrievalTask task, IntFunction<Optional<RuntimeException>> gaps)
      implements RetrievalTask {

    @Override
    public String id() {
      return "gaps";
    }

    @Override
    public String description() {
      return task.description();
    }

    @Override
    public Question question(int length, double depth, SplittableRandom random) {
      gaps.apply(length)
          .ifPresent(e -> {
            throw e;
          });
      return task.question(length, depth, random);
    }
  }

  /// A task whose questions never get longer than some tokens.
  private record Bounded(RetrievalTask task, int most) implements RetrievalTask {

    @Override
    public String id() {
      return "bounded";
    }

    @Override
    public String description() {
      return task.description();
    }

    @Override
    public Question question(int length, double depth, SplittableRandom random) {
      return task.question(Math.min(length, most), depth, random);
    }
  }

  private RetrievalResult run(int knownUpTo, Limit limit) {
    return run(new Known(model, original, knownUpTo), limit);
  }

  private RetrievalResult run(RetrievalTask task, Limit limit) {
    Trials trials = new Trials(model, ResultStore.inMemory(), limit, (_, _) -> {}, "test", 1);
    return new RetrievalProbe(trials, task, original, List.of(original), LENGTHS, 10).run();
  }

  @Test
  void anItemNotNamedYetIsRightInAnyPlaceOnlyWhereTheOrderIsFree() {
    RetrievalScore free = run(new TwoItems(model, original, true), Limit.NONE).scores().getFirst();
    assertThat(free.lengths()).extracting(RetrievalCell::score).containsExactly(1.0, 1.0, 1.0);
    RetrievalScore bound =
        run(new TwoItems(model, original, false), Limit.NONE).scores().getFirst();
    assertThat(bound.lengths()).extracting(RetrievalCell::score).containsExactly(0.5, 0.5, 0.5);
    assertThat(bound.lengths()).allMatch(cell -> cell.exact().successes() == 0);
  }

  @Test
  void whatTheModelKnowsIsFoundUpToWhereItKnowsIt() {
    RetrievalResult result = run(64, Limit.NONE);
    assertThat(result.applies()).isTrue();
    assertThat(result.complete()).isTrue();
    RetrievalScore score = result.scores().getFirst();
    assertThat(score.lengths())
        .extracting(RetrievalCell::length)
        .containsExactlyElementsOf(LENGTHS);
    assertThat(score.lengths()).extracting(RetrievalCell::score).containsExactly(1.0, 1.0, 0.0);
    assertThat(score.kMax20()).hasValue(64);
    assertThat(score.kMax80()).hasValue(64);
    assertThat(score.lengths().getLast().nll()).isGreaterThan(score.lengths().getFirst().nll());
    assertThat(score.grid()).hasSize(3 * RetrievalProbe.DEPTHS.length);
  }

  @Test
  void theFirstQuestionIsKeptWithItsAnswer() {
    Example example = run(128, Limit.NONE).example().orElseThrow();
    assertThat(example.tokens()).hasSize(32);
    assertThat(example.answerFrom()).isEqualTo(31);
    assertThat(example.text())
        .isEqualTo(
            Optional.of(
                model
                    .tokenizer()
                    .decode(example.tokens().stream().mapToInt(Integer::intValue).toArray())));
  }

  @Test
  void whatItNeverSaysDoesNotApply() {
    assertThat(run(0, Limit.NONE).applies()).isFalse();
  }

  @Test
  void anEarlyEndKeepsTheQuestionsThatWereAsked() {
    AtomicInteger asked = new AtomicInteger();
    RetrievalResult result = run(128, () -> asked.incrementAndGet() > 60);
    assertThat(result.applies()).isTrue();
    assertThat(result.complete()).isFalse();
    int questions =
        result.scores().getFirst().lengths().stream().mapToInt(cell -> cell.exact().trials()).sum();
    assertThat(questions).isBetween(1, 29);
  }

  @Test
  void theCostIsNotExceeded() {
    assertCostIsNotExceeded(new Known(model, original, 128), 10);
  }

  /// The trained length is 64: the first questions take twice as much then.
  @Test
  void theCostIsNotExceededWhereTheShortestLengthIsTooShort() {
    assertCostIsNotExceeded(
        new Gaps(
            new Known(model, original, 128),
            length ->
                length < 64 ? Optional.of(new DoesNotFitException(40, length)) : Optional.empty()),
        1);
  }

  private void assertCostIsNotExceeded(RetrievalTask task, int questions) {
    Trials trials = new Trials(model, ResultStore.inMemory(), Limit.NONE, (_, _) -> {}, "test", 1);
    RetrievalResult result =
        new RetrievalProbe(trials, task, original, List.of(original), LENGTHS, questions).run();
    assertThat(result.applies()).as(result.reason()).isTrue();
    assertThat(trials.computed())
        .isLessThanOrEqualTo(RetrievalProbe.cost(LENGTHS, 64, questions, 1));
  }

  @Test
  void aLongerLengthOfWhichNoQuestionCanBeMadeIsLeftOutAndSaid() {
    RuntimeException doesNotFit = new DoesNotFitException(200, 128);
    RuntimeException cannotWrite = new CheckpointException("no token for 7");
    for (RuntimeException reason : List.of(doesNotFit, cannotWrite)) {
      RetrievalResult result =
          run(
              new Gaps(
                  new Known(model, original, 128),
                  length -> length == 128 ? Optional.of(reason) : Optional.empty()),
              Limit.NONE);
      assertThat(result.complete()).isTrue();
      assertThat(result.scores().getFirst().lengths())
          .extracting(RetrievalCell::length)
          .containsExactly(32, 64);
      assertThat(result.leftOut())
          .singleElement()
          .satisfies(left -> {
            assertThat(left.length()).isEqualTo(128);
            assertThat(left.reason()).contains(reason.getMessage());
          });
    }
  }

  @Test
  void aQuestionMuchShorterThanItsLengthIsNotAskedUnderItsName() {
    RetrievalResult result = run(new Bounded(new Known(model, original, 128), 80), Limit.NONE);
    assertThat(result.scores().getFirst().lengths())
        .extracting(RetrievalCell::length)
        .containsExactly(32, 64);
    assertThat(result.leftOut())
        .containsExactly(new LeftOut(128, "a question takes 80 tokens, less than 90 % of 128"));
  }

  @Test
  void whatTheModelAnswersAtTheShortLengthIsSaid() {
    assertThat(run(64, Limit.NONE).reason())
        .startsWith(
            "at 32 tokens, under its original rotation, 12 of 12 questions are answered right");
  }

  @Test
  void distancesAreThoseOfTheQuestions() {
    RetrievalScore score = run(64, Limit.NONE).scores().getFirst();
    assertThat(score.grid()).allMatch(cell -> cell.distance() == cell.length());
  }
}

package rope4j.diagnosis.probe.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import rope4j.checkpoint.LlamaCppRope;
import rope4j.checkpoint.RopeOverrides;
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
      return length <= knownUpTo ? new Question(says, never) : new Question(never, says);
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
      return new Question(items(right, asGood), items(wrong, asGood));
    }

    private static Prompt items(Prompt prompt, int[][] asGood) {
      int end = prompt.tokens().length;
      return new Prompt(
          prompt.tokens(), prompt.answerFrom(), new int[] {end - 1, end}, asGood, new int[0]);
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
    Trials trials = new Trials(model, ResultStore.inMemory(), Limit.NONE, (_, _) -> {}, "test", 1);
    var _ =
        new RetrievalProbe(
                trials, new Known(model, original, 128), original, List.of(original), LENGTHS, 10)
            .run();
    assertThat(trials.computed()).isLessThanOrEqualTo(RetrievalProbe.cost(LENGTHS, 10, 1));
  }
}

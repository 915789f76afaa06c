package rope4j.diagnosis.probe.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import rope4j.diagnosis.probe.trial.Proportion;

class GateTest {

  private static double[] margins(double nats) {
    double[] margins = new double[Gate.QUESTIONS];
    Arrays.setAll(margins, i -> nats + i % 2 * 0.01);
    return margins;
  }

  private static RetrievalCell right(int exact, double score) {
    return new RetrievalCell(64, -1, 60, Proportion.of(exact, Gate.QUESTIONS), score, 1);
  }

  private static RetrievalCell right(int exact) {
    return right(exact, exact / (double) Gate.QUESTIONS);
  }

  @Test
  void aModelThatAnswersMostOfItFollows() {
    Gate gate = Gate.of(margins(3), right(11), 1, 0);
    assertThat(gate.applies()).isTrue();
    assertThat(gate.reason())
        .contains("11 of 12 questions are answered right")
        .contains("3.01 nats likelier than a wrong one");
  }

  @Test
  void aRightAnswerThatIsLikelierButHardlyEverGivenIsNotEnough() {
    Gate gate = Gate.of(margins(36), right(2), 1, 0);
    assertThat(gate.applies()).isFalse();
    assertThat(gate.reason())
        .contains("2 of 12 questions are answered right, less than the 25 %")
        .doesNotContain("about as likely");
    assertThat(Gate.of(margins(36), right(3), 1, 0).applies()).isTrue();
  }

  @Test
  void anAnswerOfSeveralItemsIsJudgedByThem() {
    Gate gate = Gate.of(margins(3), right(0, 0.7), 10, 0);
    assertThat(gate.applies()).isTrue();
    assertThat(gate.reason())
        .contains("0 of 12 questions are answered right (70 % of their items)");
    assertThat(Gate.of(margins(3), right(0, 0.2), 10, 0).applies()).isFalse();
  }

  @Test
  void whatGuessingGivesTooIsNotEnough() {
    Gate gate = Gate.of(margins(3), right(5), 1, 0.25);
    assertThat(gate.applies()).isFalse();
    assertThat(gate.reason()).contains("not clearly more than the 25 % that guessing gives");
    assertThat(Gate.of(margins(3), right(9), 1, 0.25).applies()).isTrue();
  }

  @Test
  void likelierButNotWithCertaintyHasASentenceOfItsOwn() {
    double[] margins = margins(0.4);
    margins[0] = 430;
    Gate gate = Gate.of(margins, right(12), 1, 0);
    assertThat(gate.applies()).isFalse();
    assertThat(gate.reason())
        .contains("likelier than a wrong one, but not with certainty (+36.")
        .doesNotContain("about as likely");
  }

  @Test
  void asLikelyAndLessLikelyAreSaid() {
    assertThat(Gate.of(margins(0.1), right(12), 1, 0).reason())
        .contains("about as likely as a wrong one (+0.11 nats): it can't follow this task");
    assertThat(Gate.of(margins(-4), right(0), 1, 0).reason())
        .contains("less likely than a wrong one (-3.99 nats)");
  }
}

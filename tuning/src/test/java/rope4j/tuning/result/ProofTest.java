package rope4j.tuning.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import rope4j.tuning.fitness.Evaluator;
import rope4j.tuning.fitness.Measurement;
import rope4j.tuning.fitness.Objective;
import rope4j.tuning.fitness.Window;
import rope4j.tuning.search.Trial;
import rope4j.tuning.space.Candidate;

class ProofTest {

  @Test
  void whatIsBetterOnHeldOutTextIsRecommended() {
    Proof proof = Proofs.proof(0.95, 0.15);
    assertThat(proof.recommended().closedForm()).isFalse();
    assertThat(proof.recommended().gain().low()).isPositive();
    assertThat(proof.bestClosed()).isEqualTo(proof.yarn());
  }

  @Test
  void whatIsNoBetterThanChanceIsNotRecommended() {
    Proof proof = Proofs.proof(1, 0.15);
    assertThat(proof.recommended()).isEqualTo(proof.bestClosed());
  }

  /// What is gained varies from text to text more than within one: 24 blocks of one window say no
  /// more than one of them.
  @Test
  void aGainInHalfOfTheTextsAndALossInTheOthersIsNotRecommended() {
    List<Window> windows = Proofs.windows();
    Evaluator byTurns =
        (candidate, window) -> {
          boolean found = candidate.name().equals("LongRoPE");
          double gain = windows.indexOf(window) % 2 == 0 ? 0.3 : -0.2;
          double loss = (candidate.key().equals(Proofs.FORMS.yarn().key()) ? 1 : 1.5);
          return new Measurement(Collections.nCopies(24, found ? 1 - gain : loss), List.of(), 0.1);
        };
    Proof proof = Proof.of(Proofs.found(0.95, 0.1), Proofs.FORMS, windows, Objective.NLL, byTurns);
    Point found = proof.points().getLast();
    assertThat(found.gain().mean()).isCloseTo(0.05, within(1e-9));
    assertThat(found.beats()).isFalse();
    assertThat(proof.recommended()).isEqualTo(proof.bestClosed());
  }

  @Test
  void whatIsBetterButChangesShortTextMoreThanYarnIsNotRecommended() {
    Proof proof = Proofs.proof(0.9, 0.21);
    assertThat(proof.points().getLast().beats()).isTrue();
    assertThat(proof.recommended()).isEqualTo(proof.bestClosed());
  }

  @Test
  void theBestClosedFormGainsNothingOverItself() {
    Proof proof = Proofs.proof(0.95, 0.15);
    assertThat(proof.bestClosed().gain().mean()).isZero();
    assertThat(proof.bestClosed().beats()).isFalse();
  }

  @Test
  void onlyWhatNothingBeatsInBothRespectsIsProved() {
    List<Trial> finished = new ArrayList<>();
    finished.add(trial(1, 1.0, 0.1));
    finished.add(trial(2, 1.1, 0.2));
    finished.add(trial(3, 0.9, 0.3));
    assertThat(Proof.front(finished, Proofs.FORMS, 0.2))
        .containsExactly(finished.get(0), finished.get(2));
  }

  @Test
  void ofALongFrontTheBestThatCanBeRecommendedAreProved() {
    List<Trial> finished = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      finished.add(trial(i + 1, 2 - 0.01 * i, 0.01 * i));
    }
    List<Trial> front = Proof.front(finished, Proofs.FORMS, 0.2);
    assertThat(front).hasSizeLessThanOrEqualTo(Proof.MOST);
    // The last that is below the limit.
    assertThat(front).contains(finished.get(20), finished.get(19));
    assertThat(front).contains(finished.getFirst(), finished.getLast());
  }

  @Test
  void closedFormsAreNotFound() {
    Trial yarn = new Trial(1, "closed forms", Proofs.FORMS.yarn(), 2, 0.5, 0.01);
    assertThat(Proof.front(List.of(yarn), Proofs.FORMS, 0.2)).isEmpty();
  }

  @Test
  void whatNoEngineCanRunHidesNothingAndIsNotRecommended() {
    Trial runnable = trial(1, 1.0, 0.1);
    Trial better = new Trial(2, "longrope", runnable.candidate().withStartTokens(16), 2, 0.9, 0.05);
    assertThat(Proof.front(List.of(runnable, better), Proofs.FORMS, 0.2))
        .containsExactly(better, runnable);
    Proof proof =
        Proof.of(
            List.of(better),
            Proofs.FORMS,
            Proofs.windows(),
            Objective.NLL,
            Proofs.evaluator(0.9, 0.05));
    assertThat(proof.points().getLast().beats()).isTrue();
    assertThat(proof.recommended()).isEqualTo(proof.bestClosed());
  }

  private static Trial trial(int number, double loss, double damage) {
    double[] factors = {1, 1, 1, 1, 1, 1, 1, 1 + number / 100.0};
    return new Trial(
        number, "longrope", Candidate.of("LongRoPE", factors, 1, Proofs.TARGET), 2, loss, damage);
  }
}

package rope4j.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import rope4j.diagnosis.probe.ProbeKind;
import rope4j.diagnosis.probe.ProbePlan;
import rope4j.diagnosis.probe.pairs.PairResult;
import rope4j.diagnosis.probe.pairs.PairResult.Correlation;
import rope4j.diagnosis.probe.trial.Limit;
import rope4j.diagnosis.probe.trial.ResultStore;
import rope4j.inference.Model;

/// On a model that learnt to copy from random weights: what risk foretells and what it does not.
class PairRiskTest {

  private static final int CONTEXT = 512;

  private static PairResult pairs() {
    try (Model model = Model.load(Trained.INDUCTION.model(), 1)) {
      return new Doctor(model, CONTEXT, List.of(Strategy.unscaled()), Criteria.DEFAULT)
          .examine(
              "induction.gguf",
              "copies",
              Windows.of(Trained.copies(256, 4 * CONTEXT), CONTEXT),
              new ProbePlan(ProbeKind.parse(List.of("pairs")), 1, 1),
              ResultStore.inMemory(),
              Limit.NONE,
              Progress.NONE)
          .probes()
          .orElseThrow()
          .pairs()
          .orElseThrow();
    }
  }

  @Test
  void riskOrdersHowMuchHangsOnAPairAndTheOverrunRatioDoesNot() {
    PairResult.Correlations found = pairs().correlations().orElseThrow();
    assertThat(found.size().pairs()).isEqualTo(32);
    assertThat(found.size().risk()).isGreaterThan(0.8);
    assertThat(found.size().overrun()).isLessThan(0.2);
    Correlation moved = found.sizeOfMoved().orElseThrow();
    assertThat(moved.pairs()).as("fast pairs are left alone").isEqualTo(26);
    assertThat(moved.risk()).isGreaterThan(0.8);
    // Whether reverting costs or gains is another matter.
    assertThat(found.cost().risk()).isBetween(0.4, 0.8);
    assertThat(found.cost().risk()).isGreaterThan(found.cost().overrun());
  }
}

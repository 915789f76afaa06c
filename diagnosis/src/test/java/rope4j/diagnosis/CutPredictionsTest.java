package rope4j.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import rope4j.diagnosis.inspection.LayerForecast;
import rope4j.diagnosis.prediction.PairForecast;
import rope4j.diagnosis.probe.ProbeKind;
import rope4j.diagnosis.probe.ProbePlan;
import rope4j.diagnosis.probe.pairs.PairResult;
import rope4j.diagnosis.probe.pairs.PairRisk;
import rope4j.diagnosis.probe.trial.Limit;
import rope4j.diagnosis.probe.trial.ResultStore;
import rope4j.diagnosis.rules.Finding;
import rope4j.inference.Model;

/// What is told of angles where attention is cut: no pair turns farther than between two tokens
/// that see each other.
class CutPredictionsTest {

  private static final int TRAINED = 64;
  private static final int CONTEXT = 160;

  private static Examination examine(int window) {
    try (Model whole = Zoo.llamaGqa()) {
      Model model = window < CONTEXT ? whole.withAttentionWindow(window) : whole;
      return new Doctor(
              model,
              CONTEXT,
              List.of(Strategy.unscaled(), Strategy.parse("yarn", model, CONTEXT)),
              Criteria.DEFAULT)
          .examine(
              "zoo.gguf",
              "random",
              Windows.of(Zoo.tokens(2 * CONTEXT), CONTEXT),
              new ProbePlan(ProbeKind.parse(List.of("pairs")), 1, 1),
              ResultStore.inMemory(),
              Limit.NONE,
              Progress.NONE);
    }
  }

  private static LayerForecast layer(Examination examination) {
    return examination.inspection().rotation().layers().getFirst();
  }

  private static PairResult pairs(Examination examination) {
    return examination.probes().orElseThrow().pairs().orElseThrow();
  }

  private static String turns(Examination examination) {
    return examination.findings().stream()
        .filter(finding -> finding.id().equals("unseen-angles"))
        .map(Finding::message)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void withinTheTrainedLengthNothingIsUnseen() {
    Examination cut = examine(32);
    assertThat(layer(cut).reach()).isEqualTo(32);
    assertThat(layer(cut).unseenPairs()).isZero();
    assertThat(layer(cut).outlook()).isEmpty();
    assertThat(pairs(cut).reach()).isEqualTo(32);
    assertThat(pairs(cut).pairs()).allMatch(pair -> pair.unseenRadians() == 0);
    assertThat(pairs(cut).pairs()).allMatch(pair -> pair.overrun() <= 1);
    assertThat(pairs(cut).strategies()).allMatch(strategy -> strategy.unseenRisk() == 0);
    assertThat(turns(cut))
        .endsWith(
            "but no layer looks back farther than 32, so that unscaled they meet no new angle.");
    assertThat(HtmlReport.render(cut))
        .contains("32 tokens, as far as these layers look back, and training did not")
        .contains("no two tokens that see each other are far enough apart to bring a new angle");
  }

  @Test
  void aWindowBetweenBothLengthsBoundsTheAnglesButNotTheFactors() {
    Examination cut = examine(100);
    Examination whole = examine(CONTEXT);
    assertThat(unseen(layer(cut).pairs().stream()))
        .isPositive()
        .isLessThan(unseen(layer(whole).pairs().stream()));
    assertThat(layer(cut).outlook().orElseThrow().options())
        .extracting(option -> option.scaling())
        .isEqualTo(
            layer(whole).outlook().orElseThrow().options().stream()
                .map(option -> option.scaling())
                .toList());
    assertThat(pairs(cut).pairs())
        .extracting(PairRisk::unseenRadians)
        .containsExactlyElementsOf(
            layer(cut).first().pairs().stream().map(PairForecast::unseenRadians).toList());
    assertThat(turns(cut)).endsWith("unscaled, they meet angles the model has never seen.");
  }

  @Test
  void withoutACutTheWholeContextCounts() {
    Examination whole = examine(CONTEXT);
    assertThat(layer(whole).reach()).isEqualTo(CONTEXT).isGreaterThan(TRAINED);
    assertThat(pairs(whole).reach()).isEqualTo(CONTEXT);
    assertThat(HtmlReport.render(whole)).doesNotContain("as far as these layers look back");
  }

  private static double unseen(Stream<PairForecast> pairs) {
    return pairs.mapToDouble(PairForecast::unseenRadians).sum();
  }
}

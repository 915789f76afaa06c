package rope4j.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import rope4j.inference.Model;

class TerminalReportTest {

  private static final Examination examination = measure(Criteria.DEFAULT);

  private static Examination measure(Criteria criteria) {
    try (Model model = Zoo.llamaGqa()) {
      List<Strategy> strategies =
          List.of("unscaled", "linear:2", "linear:4", "ntk-aware", "yarn:2", "yarn:4").stream()
              .map(name -> Strategy.parse(name, model, 256))
              .toList();
      return new Doctor(model, 256, strategies, criteria)
          .examine("zoo.gguf", "random tokens", Windows.of(Zoo.tokens(600), 256), Progress.NONE);
    }
  }

  @Test
  void noLineButTheCommandIsWiderThanAHundredColumns() {
    assertThat(
            TerminalReport.render(examination, false)
                .lines()
                .filter(l -> !l.contains("llama-server -m")))
        .allSatisfy(line -> assertThat(line.length()).as(line).isLessThanOrEqualTo(100));
  }

  @Test
  void everyStrategyHasItsVerdictItsCurveAndItsBuckets() {
    List<String> lines = TerminalReport.render(examination, false).lines().toList();
    for (StrategyResult result : examination.results()) {
      assertThat(lines)
          .anyMatch(line ->
              line.contains(result.strategy().label())
                  && line.contains(result.verdict().text())
                  && line.matches(".*[▁▂▃▄▅▆▇█]{32}.*"));
      for (Bucket bucket : result.buckets()) {
        String mean = String.format(java.util.Locale.ROOT, "%.3f", bucket.nll().mean());
        assertThat(lines)
            .anyMatch(
                line -> line.startsWith(bucket.from() + "–" + bucket.to()) && line.contains(mean));
      }
    }
  }

  @Test
  void theTrainedLengthIsMarkedUnderTheCurves() {
    assertThat(TerminalReport.render(examination, false)).contains("^ trained length 64");
  }

  @Test
  void theRecommendationComesWithItsCommand() {
    String text = TerminalReport.render(measure(new Criteria(50, 60)), false);
    assertThat(text).contains("recommended: ", "HOLDS", "llama-server -m zoo.gguf -c 256");
  }

  @Test
  void theOtherEnginesAreOnlyNamed() {
    assertThat(TerminalReport.render(measure(new Criteria(50, 60)), false))
        .contains("How to run it in Ollama, LM Studio, KoboldCpp: --json, or the page.")
        .doesNotContain("PARAMETER num_ctx");
  }

  @Test
  void whenEverythingBreaksItSaysSo() {
    Examination broken =
        new Examination(
            examination.file(),
            examination.description(),
            examination.recipeModel(),
            examination.inspection(),
            examination.contextLength(),
            examination.text(),
            examination.windows(),
            examination.leftOver(),
            examination.criteria(),
            examination.results(),
            examination.controlCurve(),
            Optional.empty(),
            List.of(),
            examination.findings(),
            examination.cost(),
            examination.partial(),
            examination.probes());
    assertThat(TerminalReport.render(broken, false))
        .contains("No strategy is fit for use at this length. Stay within 64 tokens.")
        .doesNotContain("recommended");
  }

  @Test
  void coloursAreOnlyThereWhenAskedFor() {
    assertThat(TerminalReport.render(examination, false)).doesNotContain("\033");
    assertThat(TerminalReport.render(examination, true)).contains("\033[");
  }
}

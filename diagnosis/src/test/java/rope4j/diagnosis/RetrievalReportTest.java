package rope4j.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import rope4j.diagnosis.page.Markup;
import rope4j.diagnosis.probe.ProbeReport;
import rope4j.diagnosis.probe.retrieval.EffectiveLength;
import rope4j.diagnosis.probe.retrieval.EffectiveLength.Point;
import rope4j.diagnosis.probe.retrieval.RetrievalCell;
import rope4j.diagnosis.probe.retrieval.RetrievalResult;
import rope4j.diagnosis.probe.retrieval.RetrievalResult.LeftOut;
import rope4j.diagnosis.probe.retrieval.RetrievalScore;
import rope4j.diagnosis.probe.trial.Proportion;
import rope4j.diagnosis.text.TerminalText;

/// What the terminal and the page say of made-up results.
class RetrievalReportTest {

  private static RetrievalCell cell(int length, double depth, int right, int of, double score) {
    int distance = (int) (length * (1 - Math.max(depth, 0)));
    return new RetrievalCell(length, depth, distance, Proportion.of(right, of), score, 1.25);
  }

  private static RetrievalResult result(String task, int items, RetrievalScore... scores) {
    return new RetrievalResult(
        task,
        "What is asked.",
        true,
        "at 64 tokens, 12 of 12 questions are answered right",
        true,
        0,
        items,
        64,
        2,
        Optional.of(cell(64, -1, 12, 12, 1)),
        List.of(new LeftOut(512, "a question takes 300 tokens, less than 90 % of 512")),
        List.of(scores),
        Optional.empty());
  }

  private static RetrievalScore score(
      List<RetrievalCell> lengths, List<RetrievalCell> grid, int kMax20) {
    return new RetrievalScore("yarn", lengths, grid, OptionalInt.of(kMax20), OptionalInt.empty());
  }

  private static ProbeReport report(
      List<RetrievalResult> retrieval, List<EffectiveLength> lengths) {
    return report(retrieval, List.of(), lengths);
  }

  private static ProbeReport report(
      List<RetrievalResult> retrieval, List<RetrievalResult> ruler, List<EffectiveLength> lengths) {
    return new ProbeReport(
        false,
        1,
        20,
        "",
        "",
        List.of(),
        List.of(),
        List.of(),
        0,
        0,
        retrieval,
        ruler,
        lengths,
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of());
  }

  /// Ten items; at 128 tokens most of them are right and no question is.
  private static RetrievalResult words() {
    return result(
        "cwe",
        10,
        score(List.of(cell(64, -1, 20, 20, 1), cell(128, -1, 0, 20, 0.8)), List.of(), 64));
  }

  private static RetrievalResult passkey() {
    List<RetrievalCell> grid = new ArrayList<>();
    for (int length : new int[] {64, 128}) {
      for (int d = 0; d <= 4; d++) {
        int right = length == 64 ? 4 : d;
        grid.add(cell(length, d / 4.0, right, 4, right / 4.0));
      }
    }
    return result(
        "passkey",
        1,
        score(List.of(cell(64, -1, 20, 20, 1), cell(128, -1, 10, 20, 0.5)), grid, 128));
  }

  private static List<EffectiveLength> effective() {
    return List.of(
        new EffectiveLength(
            "yarn",
            4,
            6,
            List.of(new Point(64, 0.93), new Point(128, 0.81)),
            OptionalInt.of(64),
            OptionalInt.of(128),
            0.94));
  }

  private static List<String> terminal(ProbeReport report) {
    TerminalText text = new TerminalText(false);
    new ProbeLines(report, text).print();
    return text.toString().lines().toList();
  }

  private static String page(ProbeReport report) {
    Markup markup = new Markup();
    new ReportProbes(report, markup).write();
    return markup.toString();
  }

  private static List<String> rows(ProbeReport report, String beginning) {
    return terminal(report).stream().filter(line -> line.strip().startsWith(beginning)).toList();
  }

  /// Fields of the page's rows, without markup.
  private static List<String> pageRows(ProbeReport report) {
    return Stream.of(page(report).split("<tr>", -1))
        .map(row -> row.replaceAll("<[^>]*>", " ").replaceAll("\\s+", " ").strip())
        .toList();
  }

  @Test
  void aShareAndItsIntervalAreOfTheSameQuestions() {
    ProbeReport report = report(List.of(words()), List.of());
    assertThat(rows(report, "yarn"))
        .containsExactly("  yarn               100 (84–100)   0 ( 0– 16)  64/–");
    assertThat(pageRows(report)).anyMatch(row -> row.startsWith("yarn 100 84–100"));
    assertThat(pageRows(report)).anyMatch(row -> row.contains(" 0 0–16 items 80 1.25 nats"));
  }

  @Test
  void itemsStandApartWhereAnAnswerHasSeveral() {
    assertThat(rows(report(List.of(words()), List.of()), "items right"))
        .singleElement()
        .satisfies(row ->
            assertThat(row.strip().split("\\s+", -1))
                .containsExactly("items", "right", "100", "80"));
    assertThat(rows(report(List.of(passkey()), List.of()), "items right")).isEmpty();
    assertThat(page(report(List.of(passkey()), List.of()))).doesNotContain("items ");
  }

  @Test
  void columnsStandBelowTheirLengths() {
    List<String> lines = terminal(report(List.of(words()), List.of()));
    String head =
        lines.stream()
            .filter(line -> line.contains("questions right, %"))
            .findFirst()
            .orElseThrow();
    String row = lines.stream().filter(line -> line.startsWith("  yarn")).findFirst().orElseThrow();
    assertThat(head.indexOf("128") + "128".length()).isEqualTo(row.indexOf("16)") + "16)".length());
  }

  @Test
  void whatTheModelAnswersAtTheShortLengthAndWhatWasNotAskedIsSaid() {
    ProbeReport report = report(List.of(passkey()), List.of());
    String reason = "At 64 tokens, 12 of 12 questions are answered right.";
    String left = "Not asked at 512 tokens: a question takes 300 tokens, less than 90 % of 512.";
    assertThat(terminal(report)).contains("  " + reason, "  " + left);
    assertThat(page(report)).contains(reason, left);
  }

  @Test
  void thePasskeyIsShownByDepth() {
    ProbeReport report = report(List.of(passkey()), List.of());
    assertThat(terminal(report)).contains("    from beginning to end, at 128:   0  25  50  75 100");
    assertThat(rows(report(List.of(words()), List.of()), "from beginning")).isEmpty();
  }

  @Test
  void thePageHasDepthByLength() {
    List<String> rows = pageRows(report(List.of(passkey()), List.of()));
    assertThat(rows)
        .contains("yarn 0 % 100 64 0 128", "25 % 100 48 25 96", "50 % 100 32 50 64")
        .anyMatch(row -> row.startsWith("100 % 100 0 100 0"));
    assertThat(page(report(List.of(passkey()), List.of())))
        .contains("class=\"number most\"", "class=\"number some\"", "class=\"number few\"");
    assertThat(page(report(List.of(words()), List.of()))).doesNotContain("By depth");
  }

  @Test
  void theEffectiveLengthComesWithItsCurveAndTheTasksItIsTheMeanOf() {
    ProbeReport report = report(List.of(), effective());
    assertThat(String.join(" ", terminal(report)).replaceAll("\\s+", " "))
        .contains("mean of 4 of 6 tasks of RULER", "0.85 times its own 94 %");
    assertThat(rows(report, "yarn"))
        .singleElement()
        .satisfies(row ->
            assertThat(row.strip().split("\\s+", -1))
                .containsExactly("yarn", "93", "81", "64", "128"));
    assertThat(page(report)).contains("mean of 4 of 6 tasks of RULER");
    assertThat(pageRows(report)).anyMatch(row -> row.startsWith("yarn 93 81 64 128"));
    assertThat(page(report(List.of(), List.of()))).doesNotContain("Effective length");
  }

  @Test
  void manyLongLengthsStayWithinAHundredColumns() {
    List<RetrievalCell> cells =
        Stream.iterate(1024, length -> 2 * length)
            .limit(8)
            .map(length -> cell(length, -1, 20, 20, 1))
            .toList();
    RetrievalScore score =
        new RetrievalScore(
            "YaRN", cells, List.of(), OptionalInt.of(131_072), OptionalInt.of(131_072));
    assertThat(terminal(report(List.of(result("cwe", 10, score)), effective())))
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(100));
  }

  @Test
  void whatIsFoundUpToADistanceOnlyIsReadFromRulerToo() {
    RetrievalResult needles =
        result(
            "niah_single_1",
            1,
            score(
                List.of(cell(64, -1, 20, 20, 1), cell(512, -1, 0, 20, 0)),
                List.of(cell(64, 0, 20, 20, 1), cell(512, 0, 0, 20, 0)),
                64));
    ProbeReport plain = report(List.of(), List.of());
    ProbeReport ruler = report(List.of(), List.of(needles), List.of());
    assertThat(LossWithoutRetrieval.shown("yarn", plain)).isEmpty();
    assertThat(LossWithoutRetrieval.shown("yarn", ruler))
        .hasValueSatisfying(shown -> {
          assertThat(shown.probe()).isEqualTo("niah_single_1");
          assertThat(shown.reach().distance()).isEqualTo(64);
        });
  }
}

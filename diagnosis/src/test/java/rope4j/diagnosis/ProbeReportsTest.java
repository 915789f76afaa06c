package rope4j.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import rope4j.diagnosis.page.Markup;
import rope4j.diagnosis.probe.ProbeReport;
import rope4j.diagnosis.probe.coherence.Coherence;
import rope4j.diagnosis.probe.coherence.CoherenceResult;
import rope4j.diagnosis.probe.coherence.CoherenceResult.Continuation;
import rope4j.diagnosis.probe.coherence.CoherenceResult.Sign;
import rope4j.diagnosis.probe.coherence.CoherenceResult.Written;
import rope4j.diagnosis.probe.copy.CopyCell;
import rope4j.diagnosis.probe.copy.CopyResult;
import rope4j.diagnosis.probe.copy.CopyScore;
import rope4j.diagnosis.probe.copy.RetrievalHead;
import rope4j.diagnosis.text.TerminalText;

/// What is printed of results that are made up here.
class ProbeReportsTest {

  private static ProbeReport report(
      Optional<CopyResult> copy, Optional<CoherenceResult> coherence) {
    return new ProbeReport(
        true,
        1,
        20,
        "model",
        "text",
        List.of(),
        List.of(),
        List.of(),
        0,
        0,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        copy,
        coherence,
        Optional.empty(),
        List.of());
  }

  private static String terminal(ProbeReport report) {
    TerminalText out = new TerminalText(false);
    new ProbeLines(report, out).print();
    return out.toString();
  }

  private static String page(ProbeReport report) {
    Markup out = new Markup();
    new ReportProbes(report, out).write();
    return out.toString();
  }

  private static CopyCell cell(int distance, Optional<CopyCell.Interval> interval) {
    return new CopyCell(2 * distance, distance, 1, interval, 0.1, interval.isPresent() ? 8 : 1);
  }

  /// One strategy came one length further than the other, and was asked a single question there.
  private static ProbeReport copy() {
    CopyCell known = cell(32, Optional.of(new CopyCell.Interval(0.676, 1)));
    CopyCell single = cell(64, Optional.empty());
    RetrievalHead head =
        new RetrievalHead(1, 3, 0.9, List.of(new RetrievalHead.Kept("yarn", 0.05)));
    CopyResult result =
        new CopyResult(
            true,
            "it copies",
            false,
            256,
            64,
            5,
            List.of(
                new CopyScore("unscaled", List.of(known)),
                new CopyScore("yarn", List.of(known, single))),
            128,
            List.of(head));
    return report(Optional.of(result), Optional.empty());
  }

  @Test
  void copyTellsItsIntervalAndWhereThereIsNone() {
    assertThat(terminal(copy()))
        .contains("100 (68–100) 100 (–)")
        .doesNotContain("±")
        .contains("0 of 1");
    assertThat(terminal(copy()).lines())
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(100));
  }

  @Test
  void everyRowOfThePageHasACellForEveryColumn() {
    String page = page(copy());
    assertThat(page).contains("32 back", "64 back", "<small>68–100</small>", "<small>–</small>");
    for (String table : page.split("<table", -1)) {
      List<Long> cells =
          table
              .lines()
              .reduce("", String::concat)
              .transform(text -> List.of(text.split("<tr", -1)))
              .stream()
              .skip(1)
              .map(row -> row.split("<t[hd][ >]", -1).length - 1L)
              .toList();
      assertThat(cells.stream().distinct().count()).as(table).isLessThanOrEqualTo(1);
    }
  }

  @Test
  void coherenceTellsWhatAStrategyWritesInsideToo() {
    Continuation reference = written(2.5, 1.25);
    CoherenceResult result =
        new CoherenceResult(
            true,
            64,
            192,
            32,
            reference,
            List.of(
                new Written("yarn", written(2.75, 1.5), written(4, 3), Sign.SCATTERED),
                new Written("linear", written(12.75, 11.5), written(14, 13), Sign.REPEATS)));
    ProbeReport report = report(Optional.empty(), Optional.of(result));
    assertThat(terminal(report)).contains("2.75 → 4.00", "1.50 → 3.00", "scattered");
    assertThat(terminal(report).lines())
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(100));
    assertThat(page(report)).contains("2.75 → 4.00", "1.50 → 3.00");
  }

  private static Continuation written(double loss, double entropy) {
    return new Continuation(new Coherence(32, 0.1, 0.8, 0.9, entropy, 0.5), loss);
  }
}

package rope4j.diagnosis.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rope4j.diagnosis.rules.Finding.Severity;

class RulesTest {

  @TempDir private Path temporary;

  static List<RuleCase> bad() {
    return RuleCase.all().stream().filter(RuleCase::isBad).toList();
  }

  static List<RuleCase> good() {
    return RuleCase.all().stream().filter(RuleCase::isGood).toList();
  }

  static List<RuleCase> healthy() {
    return RuleCase.healthy();
  }

  @ParameterizedTest
  @MethodSource
  void bad(RuleCase bad) {
    List<Finding> found =
        bad.with(temporary, Rules::findings).stream()
            .filter(finding -> finding.id().equals(bad.rule()))
            .toList();
    assertThat(found).isNotEmpty();
    Finding finding = found.getFirst();
    assertThat(finding.places()).isNotEmpty();
    assertThat(finding.evidence()).isNotBlank();
    assertThat(finding.remedy()).isNotBlank();
    assertThat(finding.why()).isNotBlank();
    bad.property("severity")
        .ifPresent(
            severity -> assertThat(finding.severity()).isEqualTo(Severity.valueOf(severity)));
    bad.property("says").ifPresent(says -> assertThat(finding.message()).contains(says));
    bad.property("evidence")
        .ifPresent(evidence -> assertThat(finding.evidence()).contains(evidence));
    bad.property("remedy").ifPresent(remedy -> assertThat(finding.remedy()).contains(remedy));
  }

  @ParameterizedTest
  @MethodSource
  void good(RuleCase good) {
    assertThat(good.with(temporary, Rules::findings))
        .extracting(Finding::id)
        .doesNotContain(good.rule());
  }

  @ParameterizedTest
  @MethodSource
  void healthy(RuleCase healthy) {
    assertThat(healthy.with(temporary, Rules::findings))
        .filteredOn(finding -> finding.severity() != Severity.NOTE)
        .isEmpty();
  }

  @Test
  void everyRuleHasAFileThatTriggersItAndOneThatDoesNot() {
    Set<String> ids = Rules.all().stream().map(Rule::id).collect(Collectors.toSet());
    assertThat(cases(RuleCase::isBad)).containsExactlyInAnyOrderElementsOf(ids);
    assertThat(cases(RuleCase::isGood)).containsExactlyInAnyOrderElementsOf(ids);
    assertThat(RuleCase.rules()).containsExactlyInAnyOrderElementsOf(ids);
    assertThat(RuleCase.all())
        .as("a case is good or bad")
        .allMatch(any -> any.isBad() != any.isGood());
  }

  @Test
  void everyRuleHasItsOwnId() {
    assertThat(Rules.all()).extracting(Rule::id).doesNotHaveDuplicates();
  }

  private static Set<String> cases(Predicate<RuleCase> kind) {
    return RuleCase.all().stream()
        .filter(kind)
        .map(RuleCase::rule)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}

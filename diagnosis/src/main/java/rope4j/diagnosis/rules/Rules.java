package rope4j.diagnosis.rules;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// All rules.
public final class Rules {

  private static final List<Rule> ALL =
      Stream.of(
              ConfigKeyRules.all(),
              LengthRules.all(),
              GgufRules.all(),
              FormulaRules.all(),
              LayerRules.all(),
              PrecisionRules.all(),
              ServingRules.all())
          .flatMap(List::stream)
          .toList();

  private Rules() {}

  /// Every rule, in the catalogue's order.
  public static List<Rule> all() {
    return ALL;
  }

  /// Everything the rules find, worst first.
  public static List<Finding> findings(Subject subject) {
    return ALL.stream()
        .flatMap(rule -> rule.findings(subject).stream())
        .sorted(Comparator.comparing(Finding::severity))
        .toList();
  }
}

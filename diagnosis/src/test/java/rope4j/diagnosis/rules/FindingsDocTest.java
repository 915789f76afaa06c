package rope4j.diagnosis.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import rope4j.diagnosis.engine.Engine;

/// Keeps `docs/findings.md` what the rules say.
class FindingsDocTest {

  private static final Path PAGE = Path.of("../docs/findings.md");

  private static final Path NOT_STATIC = Path.of("src/test/resources/findings-not-static.tsv");

  /// Groups of the catalogue, and how many modes each has.
  private static final Map<String, Integer> MODES = new LinkedHashMap<>();

  private static final Map<String, String> TITLES = new LinkedHashMap<>();

  static {
    group("A", 13, "Keys and how they are read");
    group("B", 11, "Lengths");
    group("C", 11, "GGUF files");
    group("D", 19, "Formulas");
    group("E", 7, "Layers");
    group("F", 6, "Precision and positions");
    group("G", 13, "Serving and clients");
  }

  private static void group(String letter, int modes, String title) {
    MODES.put(letter, modes);
    TITLES.put(letter, title);
  }

  private record NotStatic(String mode, String what, String why) {}

  @Test
  void thePageIsWhatTheRulesSay() throws IOException {
    String page = page();
    if (Boolean.getBoolean("rope4j.write")) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE))
        .as("run the command in the head of docs/findings.md")
        .isEqualTo(page);
  }

  @Test
  void everyModeIsARuleOrSaysWhyItIsNot() throws IOException {
    Set<String> accounted = new TreeSet<>(ruled());
    accounted.addAll(notStatic().stream().map(NotStatic::mode).toList());
    for (String letter : groups()) {
      assertThat(accounted)
          .containsAll(
              IntStream.rangeClosed(1, MODES.get(letter)).mapToObj(n -> letter + n).toList());
    }
  }

  @Test
  void noModeIsBothARuleAndNot() throws IOException {
    assertThat(notStatic()).extracting(NotStatic::mode).doesNotContainAnyElementsOf(ruled());
  }

  private static Set<String> ruled() {
    return Rules.all().stream().map(FindingsDocTest::mode).collect(Collectors.toSet());
  }

  private static List<String> groups() {
    return MODES.keySet().stream()
        .filter(letter -> Rules.all().stream().anyMatch(rule -> rule.id().startsWith(letter)))
        .toList();
  }

  private static String mode(Rule rule) {
    return rule.id().substring(0, rule.id().indexOf('-'));
  }

  private static List<NotStatic> notStatic() throws IOException {
    return Files.readAllLines(NOT_STATIC).stream()
        .map(line -> line.split("\t"))
        .map(columns -> new NotStatic(columns[0], columns[1], columns[2]))
        .toList();
  }

  private static String page() throws IOException {
    StringBuilder page = new StringBuilder();
    page.append(
        """
        # What `rope inspect` can find

        <!-- Written by FindingsDocTest from the rules; don't edit it by hand. To write it anew:
             ./mvnw -Dfast -pl diagnosis -am verify -Dtest=FindingsDocTest \
        -Dsurefire.failIfNoSpecifiedTests=false -Drope4j.write=true -->

        Each rule looks for one way in which long context fails without an error message. A finding names the
        keys and values it goes by, and ends with what to do about it. Where only some engines are hit, a
        finding is milder as long as no engine is chosen (`--engine`, or the one that `--launch` starts); the
        severity below is the usual one.
        """);
    for (String letter : groups()) {
      page.append("\n## ").append(letter).append(". ").append(TITLES.get(letter)).append("\n\n");
      page.append("| rule | severity | what | why it hurts | engines | sources |\n");
      page.append("|---|---|---|---|---|---|\n");
      Rules.all().stream()
          .filter(rule -> rule.id().startsWith(letter))
          .forEach(rule -> page.append(row(rule)));
    }
    page.append(
        """

        ## What can't be told from files

        These modes show only while a model runs.

        | mode | what | why there is no rule |
        |---|---|---|
        """);
    for (NotStatic mode : notStatic()) {
      page.append("| ").append(mode.mode()).append(" | ").append(mode.what());
      page.append(" | ").append(mode.why()).append(" |\n");
    }
    return page.toString();
  }

  private static String row(Rule rule) {
    return "| `%s` | %s | %s | %s | %s | %s |%n"
        .formatted(
            rule.id(),
            rule.severity().name().toLowerCase(java.util.Locale.ROOT),
            cell(rule.title()),
            cell(rule.why()),
            engines(rule.engines()),
            cell(String.join(", ", rule.sources())))
        .replace("\r\n", "\n");
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }

  private static String engines(Set<Engine> engines) {
    if (engines.size() == Engine.values().length) {
      return "all";
    }
    for (Engine.Format format : Engine.Format.values()) {
      if (engines.equals(Set.copyOf(Engine.loading(format)))) {
        return format == Engine.Format.GGUF ? "all that load GGUF" : "all that load config.json";
      }
    }
    return Arrays.stream(Engine.values())
        .filter(engines::contains)
        .map(Engine::title)
        .collect(Collectors.joining(", "));
  }
}

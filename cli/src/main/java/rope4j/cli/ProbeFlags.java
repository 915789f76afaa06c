package rope4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;
import rope4j.diagnosis.probe.ProbeKind;
import rope4j.diagnosis.probe.ProbePlan;
import rope4j.diagnosis.probe.trial.Limit;
import rope4j.diagnosis.probe.trial.ResultStore;

/// What to probe beyond the loss, and for how long.
final class ProbeFlags {

  private static final Pattern TIME = Pattern.compile("(\\d{1,6}(?:\\.\\d+)?)\\s*(s|m|h)");

  @Option(
      names = "--probes",
      paramLabel = "NAME,…",
      description = {
        "What to probe beyond the loss: passkey, recall, copy, key-value, coherence, needle, ruler, pairs, indexing,",
        "self-check, benefit, or all; nll and damage are always measured. The most telling come first.",
      })
  private List<String> names = List.of();

  @Option(
      names = "--self-check",
      description = {
        "Whether the engine agrees with itself on this model. Alone it needs no text and no context: it feeds",
        "made-up tokens, and the exit code is 1 where a check fails. With --text or --probes it is one more probe.",
      })
  private boolean selfCheck;

  @Option(
      names = "--budget",
      paramLabel = "TIME",
      description =
          "End after this time, for example 90s, 10m or 1h, and report what was measured until then.")
  private Optional<String> budget = Optional.empty();

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Of everything that probes draw at random; the same seed gives the same numbers (${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--questions",
      paramLabel = "N",
      defaultValue = "" + ProbePlan.QUESTIONS,
      description = "Questions per length, strategy and task (${DEFAULT-VALUE}).")
  private int questions;

  @Option(
      names = "--results",
      paramLabel = "FILE",
      description = {
        "Where results are kept, so that the same command goes on where it was stopped. Without it beside the page,",
        "with --probes or --budget.",
      })
  private Optional<Path> results = Optional.empty();

  ProbePlan plan() {
    if (questions < 1) {
      throw new InputException("--questions must be at least 1, but it is " + questions);
    }
    List<String> all = new ArrayList<>();
    names.forEach(list -> all.addAll(List.of(list.split(",", -1))));
    if (selfCheck) {
      all.add(ProbeKind.SELF_CHECK.label());
    }
    return new ProbePlan(ProbeKind.parse(all), seed, questions);
  }

  /// From now on.
  Limit limit() {
    return budget.map(text -> Limit.after(time(text))).orElse(Limit.NONE);
  }

  /// Fails early on a time that can't be read.
  void check() {
    budget.ifPresent(ProbeFlags::time);
  }

  static Duration time(String text) {
    Matcher matcher = TIME.matcher(text.strip());
    if (!matcher.matches() || Double.parseDouble(matcher.group(1)) <= 0) {
      throw new InputException(
          "--budget '" + text + "' is not a time above 0; write for example 90s, 10m or 1h");
    }
    double seconds =
        Double.parseDouble(matcher.group(1))
            * switch (matcher.group(2)) {
              case "s" -> 1;
              case "m" -> 60;
              default -> 3600;
            };
    return Duration.ofMillis(Math.round(seconds * 1000));
  }

  /// Whether the engine's agreement with itself is all that is asked for.
  boolean isSelfCheckAlone() {
    return selfCheck && names.isEmpty();
  }

  long seed() {
    return seed;
  }

  /// @param page the page, beside which results are kept
  /// @param err where it is said that results of another version are measured anew
  ResultStore store(Optional<Path> page, PrintWriter err) {
    Optional<Path> file =
        results.or(() ->
            names.isEmpty() && budget.isEmpty()
                ? Optional.empty()
                : page.map(path -> path.resolveSibling(path.getFileName() + ".results")));
    if (file.isEmpty()) {
      return ResultStore.inMemory();
    }
    Path path = file.get();
    if (Files.isDirectory(path)) {
      throw new InputException("--results " + path + " is a folder; name a file inside it");
    }
    try {
      // Nobody named this file: it is ours.
      if (results.isEmpty() && ResultStore.content(path) == ResultStore.Content.OTHER_FORMAT) {
        err.println(
            "rope: " + path + " holds results of another version of rope; all is measured anew");
        Files.delete(path);
      }
      return ResultStore.in(path);
    } catch (IOException e) {
      throw new InputException(
          "results can't be kept in "
              + path
              + "; name a file in an existing folder with --results");
    }
  }

  /// The file that was named for results.
  Optional<Path> results() {
    return results;
  }
}

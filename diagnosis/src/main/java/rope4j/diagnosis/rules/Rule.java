package rope4j.diagnosis.rules;

import java.util.List;
import java.util.Set;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.rules.Finding.Severity;

/// One way in which long context fails silently, and how to see it in the files.
///
/// @param id stable name: the number in the catalogue of failures and a few words, for example
///   `A4-override-drops-theta`
/// @param severity unless a hit says otherwise
/// @param title what goes wrong, in one line
/// @param why what it does to the model's output
/// @param sources threads or source files that show it, for example `vllm#10293`
/// @param engines whom it concerns
/// @param check finds it
public record Rule(
    String id,
    Severity severity,
    String title,
    String why,
    List<String> sources,
    Set<Engine> engines,
    Check check) {

  /// Looks for one failure.
  @FunctionalInterface
  public interface Check {
    /// What was found; empty when all is well.
    List<Hit> of(Subject subject);
  }

  public Rule {
    sources = List.copyOf(sources);
    engines = Set.copyOf(engines);
    if (!id.matches("[A-G][0-9]+-[a-z0-9-]+")) {
      throw new IllegalArgumentException("not an id of a rule: " + id);
    }
  }

  /// The findings in one subject; none when it is about an engine the rule does not concern.
  public List<Finding> findings(Subject subject) {
    if (subject.engine().isPresent() && !engines.contains(subject.engine().get())) {
      return List.of();
    }
    return check.of(subject).stream().map(this::finding).toList();
  }

  private Finding finding(Hit hit) {
    return new Finding(
        id, hit.severity().orElse(severity), hit.message(), hit.evidence(), hit.remedy(), why);
  }
}

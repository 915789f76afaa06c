package rope4j.diagnosis.inspection;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import rope4j.checkpoint.ModelFacts;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.engine.Engine.Format;
import rope4j.diagnosis.launch.Launch;
import rope4j.diagnosis.recipe.Extension;
import rope4j.diagnosis.recipe.Recipe;
import rope4j.diagnosis.rules.Finding;
import rope4j.diagnosis.rules.Finding.Severity;

/// Everything that can be told of a model at a length without its weights.
///
/// @param path what was opened
/// @param format what it is
/// @param engine the engine it is about; empty when it may be any
/// @param launch how the user starts it
/// @param facts what the files say
/// @param lengths trained, advertised and requested
/// @param training whether the weights know the scaling of the files
/// @param rotation how it rotates at the requested length
/// @param memory bytes of keys and values
/// @param findings worst first
/// @param advised the rotation to ask for; empty for a model whose rotation can't be told
/// @param recipes text to paste for it
/// @param verdict what all of it comes to
public record Inspection(
    Path path,
    Format format,
    Optional<Engine> engine,
    Optional<Launch> launch,
    ModelFacts facts,
    Lengths lengths,
    Training training,
    RotationReading rotation,
    CacheMemory memory,
    List<Finding> findings,
    Optional<Extension> advised,
    List<Recipe> recipes,
    Outcome verdict) {

  public Inspection {
    findings = List.copyOf(findings);
    recipes = List.copyOf(recipes);
  }

  /// The same with other findings.
  public Inspection withFindings(List<Finding> others) {
    return new Inspection(
        path, format, engine, launch, facts, lengths, training, rotation, memory, others, advised,
        recipes, verdict);
  }

  /// The last part of the path.
  public String model() {
    Path name = path.toAbsolutePath().normalize().getFileName();
    return name == null ? path.toString() : name.toString();
  }

  /// Findings of one severity.
  public long count(Severity severity) {
    return findings.stream().filter(finding -> finding.severity() == severity).count();
  }

  /// Whether an error stands.
  public boolean hasErrors() {
    return count(Severity.ERROR) > 0;
  }
}

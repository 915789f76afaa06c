package rope4j.diagnosis;

import java.util.List;
import java.util.Optional;
import rope4j.checkpoint.ModelDescription;
import rope4j.diagnosis.inspection.Inspection;
import rope4j.diagnosis.probe.ProbeReport;
import rope4j.diagnosis.recipe.Recipe;
import rope4j.diagnosis.recipe.RecipeModel;
import rope4j.diagnosis.rules.Finding;

/// The doctor's whole result, as values.
///
/// @param file the model file as the user named it
/// @param description what the file says
/// @param recipeModel what recipes need to know of it
/// @param inspection what the file tells before any measurement; its findings are those about the
///   file itself, whatever the length
/// @param contextLength tokens asked for
/// @param text name of the text
/// @param windows windows of the context length the text was cut into
/// @param leftOver tokens at the end of the text that filled no window
/// @param criteria what the verdicts were judged by
/// @param results one per strategy, in the order asked for
/// @param controlCurve the control in equal steps over the context, for drawing
/// @param recommended name of the best strategy; empty when none is fit for use
/// @param recipes how to run the recommended strategy, in every engine that loads the file; that
///   whose rotation was measured comes first: llama.cpp for GGUF, Transformers for a folder
/// @param findings what else to know: errors and warnings about the file, then what was measured
/// @param cost what it took
/// @param partial whether the time ended before all was measured; what is here was measured in full
/// @param probes what was probed beyond the loss
public record Examination(
    String file,
    ModelDescription description,
    RecipeModel recipeModel,
    Inspection inspection,
    int contextLength,
    String text,
    int windows,
    int leftOver,
    Criteria criteria,
    List<StrategyResult> results,
    List<Double> controlCurve,
    Optional<String> recommended,
    List<Recipe> recipes,
    List<Finding> findings,
    Cost cost,
    boolean partial,
    Optional<ProbeReport> probes) {

  public Examination {
    results = List.copyOf(results);
    controlCurve = List.copyOf(controlCurve);
    recipes = List.copyOf(recipes);
    findings = List.copyOf(findings);
  }

  /// The model file's name, without its folder.
  public String model() {
    return file.substring(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
  }

  /// What an examination took.
  ///
  /// @param prefillTokens tokens computed for the strategies
  /// @param controlTokens tokens computed for the control
  /// @param seconds wall-clock time of the measurement
  /// @param cacheBytes the cache of keys and values
  /// @param threads threads that computed
  public record Cost(
      long prefillTokens, long controlTokens, double seconds, long cacheBytes, int threads) {}

  /// The result of a strategy.
  public Optional<StrategyResult> result(String strategy) {
    return results.stream().filter(r -> r.strategy().name().equals(strategy)).findFirst();
  }

  /// The recommended strategy's result.
  public Optional<StrategyResult> best() {
    return recommended.flatMap(this::result);
  }
}

package rope4j.diagnosis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntConsumer;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.model.Checkpoint;
import rope4j.diagnosis.Verdict.Level;
import rope4j.diagnosis.inspection.Inspection;
import rope4j.diagnosis.inspection.Inspector;
import rope4j.diagnosis.recipe.RecipeModel;
import rope4j.diagnosis.recipe.Recipes;
import rope4j.diagnosis.rules.Rules;
import rope4j.diagnosis.rules.Subject;
import rope4j.inference.LogitsObserver;
import rope4j.inference.Model;
import rope4j.inference.ModelRotation;
import rope4j.inference.Scorer;
import rope4j.rotation.RopeParameters;

/// Measures where each strategy holds, degrades or breaks.
///
/// One prefill of every window per strategy, because attention is causal and one pass answers for
/// every shorter length; and the [Control], which costs at most two tokens per token of text.
/// Nothing is computed twice: the damage to short text is read off the same passes.
public final class Doctor {

  /// Steps of a curve, at most.
  private static final int CURVE_STEPS = 128;

  private final Model model;
  private final ModelDescription description;
  private final int contextLength;
  private final List<Strategy> strategies;
  private final Criteria criteria;

  /// @param contextLength tokens the model is to be run with; above its trained length
  /// @param strategies at least one, no two with the same flags
  /// @throws IllegalArgumentException when the context needs no extension, or two strategies are
  ///   the same
  public Doctor(Model model, int contextLength, List<Strategy> strategies, Criteria criteria) {
    this.model = model;
    this.description = model.description();
    this.contextLength = contextLength;
    this.strategies = List.copyOf(strategies);
    this.criteria = criteria;
    requireExtension(description, contextLength);
    if (strategies.isEmpty()) {
      throw new IllegalArgumentException("there is no strategy to measure");
    }
    requireDistinct(strategies);
  }

  /// @throws IllegalArgumentException when the context is not longer than the trained length
  public static void requireExtension(ModelDescription model, int contextLength) {
    int trained = model.trainedLength();
    if (trained < 2) {
      throw new IllegalArgumentException(
          "the model says it was trained on "
              + trained
              + " token, which leaves nothing to compare with");
    }
    if (contextLength == trained + 1) {
      throw new IllegalArgumentException(
          "a context of "
              + contextLength
              + " predicts no token past the trained length of "
              + trained
              + "; ask for at least "
              + (trained + 2));
    }
    if (contextLength <= trained) {
      throw new IllegalArgumentException(
          "a context of "
              + contextLength
              + " needs no extension: the model was trained on "
              + trained
              + " tokens; ask for more than that");
    }
  }

  private static void requireDistinct(List<Strategy> strategies) {
    Map<RopeOverrides, String> names = new HashMap<>();
    for (Strategy strategy : strategies) {
      String other = names.put(strategy.flags(), strategy.name());
      if (other != null) {
        throw new IllegalArgumentException(
            "strategies '" + other + "' and '" + strategy.name() + "' are the same; name it once");
      }
    }
  }

  /// Measures a text.
  ///
  /// @param file the model file as the user named it, for reports and recipes
  /// @param text name of the text, for reports
  /// @param windows the text, in windows of the context length
  /// @throws IllegalArgumentException when the memory is too small for the context
  public Examination examine(String file, String text, Windows windows, Progress progress) {
    long start = System.nanoTime();
    int count = windows.windows().size();
    Control control = new Control(description.trainedLength());
    long controlTokens = control.cost(contextLength) * count;
    long prefillTokens = (long) contextLength * count * strategies.size();
    Meter meter = new Meter(progress, controlTokens + prefillTokens);

    Inspection inspection = inspection();
    Scorer scorer = model.scorer();
    // Before anything is measured, not after the control.
    scorer.requireMemory(contextLength);
    ShortDamageMeter damage =
        new ShortDamageMeter(description.trainedLength(), count, model.vocabularySize());
    ModelRotation original = rotation(Strategy.unscaled());
    List<double[]> controlNll = new ArrayList<>();
    for (int[] window : windows.windows()) {
      controlNll.add(
          control.score(scorer, window, original, damage.keepOriginal(), meter.stage("control")));
    }
    List<StrategyResult> results = new ArrayList<>();
    for (Strategy strategy : strategies) {
      results.add(measure(strategy, scorer, windows, controlNll, damage.comparison(), meter));
    }

    Optional<StrategyResult> best = recommend(results);
    Optional<Strategy> recommended = best.map(StrategyResult::strategy);
    return new Examination(
        file,
        description,
        inspection,
        contextLength,
        text,
        count,
        windows.leftOver(),
        criteria,
        results,
        curve(controlNll),
        recommended.map(Strategy::name),
        recommended
            .map(b ->
                Recipes.loading(RecipeModel.of(file, description), b.extension(), contextLength))
            .orElse(List.of()),
        Findings.of(inspection, description, contextLength, count, results.size(), best),
        new Examination.Cost(
            prefillTokens,
            controlTokens,
            (System.nanoTime() - start) / 1e9,
            model.cacheBytes(contextLength),
            model.threads()));
  }

  /// The rules are not told the length: what becomes of the model there is what is measured.
  private Inspection inspection() {
    // It shares the model's files, which stay open.
    Checkpoint checkpoint = model.checkpoint();
    Subject file = new Subject(checkpoint, Optional.empty(), Optional.empty(), OptionalInt.empty());
    return Inspector.inspect(
            checkpoint, Optional.empty(), Optional.empty(), OptionalInt.of(contextLength))
        .withFindings(Rules.findings(file));
  }

  private StrategyResult measure(
      Strategy strategy,
      Scorer scorer,
      Windows windows,
      List<double[]> control,
      ShortDamageMeter.Comparison comparison,
      Meter meter) {
    RopeParameters parameters = strategy.rotation(description, contextLength);
    ModelRotation rotation = rotation(strategy);
    List<double[]> nll = new ArrayList<>();
    for (int i = 0; i < windows.windows().size(); i++) {
      LogitsObserver observer = comparison.observe(i);
      nll.add(
          scorer.score(
              windows.windows().get(i), 0, rotation, observer, meter.stage(strategy.name())));
    }
    List<Integer> edges = Bucket.edges(description.trainedLength(), contextLength);
    List<Bucket> buckets = new ArrayList<>();
    for (int i = 0; i + 1 < edges.size(); i++) {
      buckets.add(bucket(nll, control, edges.get(i), edges.get(i + 1)));
    }
    Bucket added = bucket(nll, control, description.trainedLength(), contextLength - 1);
    return new StrategyResult(
        strategy,
        parameters,
        criteria.judge(buckets),
        buckets,
        added,
        comparison.result(),
        curve(nll));
  }

  private static Bucket bucket(List<double[]> nll, List<double[]> control, int from, int to) {
    List<double[]> benefit = new ArrayList<>();
    for (int w = 0; w < nll.size(); w++) {
      double[] difference = new double[nll.get(w).length];
      for (int p = 0; p < difference.length; p++) {
        difference[p] = control.get(w)[p] - nll.get(w)[p];
      }
      benefit.add(difference);
    }
    return new Bucket(
        from,
        to,
        Blocks.interval(nll, from, to),
        Blocks.interval(control, from, to),
        Blocks.interval(benefit, from, to));
  }

  private List<Double> curve(List<double[]> nll) {
    int positions = contextLength - 1;
    int steps = Math.min(CURVE_STEPS, positions);
    List<Double> curve = new ArrayList<>();
    for (int step = 0; step < steps; step++) {
      int from = (int) ((long) positions * step / steps);
      int to = (int) ((long) positions * (step + 1) / steps);
      curve.add(
          nll.stream()
              .mapToDouble(window -> Blocks.mean(window, from, to))
              .average()
              .orElseThrow());
    }
    return curve;
  }

  /// The best verdict, then the lowest loss on the added positions; none when all break.
  private static Optional<StrategyResult> recommend(List<StrategyResult> results) {
    return results.stream()
        .filter(result -> result.verdict().level() != Level.BREAKS)
        .min(
            Comparator.comparing((StrategyResult result) -> result.verdict().level())
                .thenComparingDouble(result -> result.added().nll().mean()));
  }

  /// What llama.cpp would compute, because its flags are what is recommended.
  private ModelRotation rotation(Strategy strategy) {
    return model.rotation(strategy.flags(), contextLength);
  }

  /// Adds up tokens over all stages.
  private static final class Meter {

    private final Progress progress;
    private final long total;
    private long done;

    Meter(Progress progress, long total) {
      this.progress = progress;
      this.total = total;
    }

    IntConsumer stage(String name) {
      return tokens -> {
        done += tokens;
        progress.report(name, done, total);
      };
    }
  }
}

package rope4j.diagnosis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.model.Checkpoint;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.inspection.Inspection;
import rope4j.diagnosis.inspection.Inspector;
import rope4j.diagnosis.probe.ProbePlan;
import rope4j.diagnosis.probe.ProbeReport;
import rope4j.diagnosis.probe.Probes;
import rope4j.diagnosis.probe.benefit.KeyTokens;
import rope4j.diagnosis.probe.trial.Candidate;
import rope4j.diagnosis.probe.trial.Fingerprint;
import rope4j.diagnosis.probe.trial.Limit;
import rope4j.diagnosis.probe.trial.ResultStore;
import rope4j.diagnosis.probe.trial.Trials;
import rope4j.diagnosis.recipe.Recipe;
import rope4j.diagnosis.recipe.RecipeModel;
import rope4j.diagnosis.recipe.Recipes;
import rope4j.diagnosis.rules.Finding;
import rope4j.diagnosis.rules.Rules;
import rope4j.diagnosis.rules.Subject;
import rope4j.inference.Model;
import rope4j.inference.ModelRotation;
import rope4j.rotation.RopeParameters;

/// Measures where each strategy holds, degrades or breaks.
///
/// One prefill of every window per strategy, because attention is causal and one pass answers for
/// every shorter length; and the [Control], which costs at most two tokens per token of text.
/// Nothing is computed twice: the damage to short text is read off the same passes.
public final class Doctor {

  /// Steps of a curve, at most.
  private static final int CURVE_STEPS = 128;

  /// Windows that are measured before what else was asked for.
  private static final int FIRST_WINDOWS = 8;

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
    return examine(
        file, text, windows, ProbePlan.NONE, ResultStore.inMemory(), Limit.NONE, progress);
  }

  /// Measures a text, then probes what a user means by "it works".
  ///
  /// @param file the model file as the user named it, for reports and recipes
  /// @param text name of the text, for reports
  /// @param windows the text, in windows of the context length
  /// @param plan which probes
  /// @param store results that are known already are taken from it, new ones are put into it
  /// @param limit ends it early; what was measured until then is reported
  /// @throws IllegalArgumentException when the memory is too small for the context
  public Examination examine(
      String file,
      String text,
      Windows windows,
      ProbePlan plan,
      ResultStore store,
      Limit limit,
      Progress progress) {
    long start = System.nanoTime();
    int count = windows.windows().size();
    Control control = new Control(description.trainedLength());
    List<Candidate> candidates = strategies.stream().map(this::candidate).toList();
    Candidate original = candidate(Strategy.unscaled());
    String modelHash = Fingerprint.ofModel(model.checkpoint().path());
    String textHash = Fingerprint.ofTokens(windows.windows());
    long controlTokens = control.cost(contextLength) * count;
    long prefillTokens = (long) contextLength * count * strategies.size();
    AtomicLong total = new AtomicLong(controlTokens + prefillTokens);
    Trials trials =
        new Trials(
            model,
            store,
            limit,
            (stage, done) -> progress.report(stage, done, total.get()),
            modelHash
                + "/"
                + textHash
                + "/"
                + contextLength
                + (model.attentionWindow().isPresent()
                    ? "/window" + model.attentionWindow().getAsInt()
                    : ""),
            plan.seed());
    Probes probes =
        new Probes(trials, plan, original, candidates, windows.windows(), contextLength);
    probes.costs().forEach(cost -> total.addAndGet(cost.tokens()));

    Inspection inspection = inspection();
    RecipeModel recipeModel = RecipeModel.of(file, model.checkpoint());
    // Before anything is measured, not after the control.
    trials.scorer().requireMemory(contextLength);
    ShortDamageMeter damage =
        new ShortDamageMeter(description.trainedLength(), count, model.vocabularySize());
    Passes passes = new Passes(trials, control, original, candidates, damage);
    // Many windows sharpen the loss; what else was asked for must not wait for all of them.
    int first = plan.asksForProbes() ? Math.min(FIRST_WINDOWS, count) : count;
    int measured = passes.run(windows.windows(), 0, first);
    if (plan.asksForProbes()) {
      probes.measure();
    }
    if (measured == first) {
      measured = passes.run(windows.windows(), first, count);
    }
    List<StrategyResult> results = new ArrayList<>();
    for (int i = 0; measured > 0 && i < strategies.size(); i++) {
      results.add(result(strategies.get(i), passes.controlNll(), passes.nll(i), passes.damage(i)));
    }

    boolean partial = measured < count;
    Optional<ProbeReport> probed = Optional.empty();
    if (plan.asksForProbes()) {
      ProbeReport report = probes.report(keyTokens(passes), modelHash, textHash, partial, store);
      probed = Optional.of(report);
      partial = report.partial();
    }
    Optional<StrategyResult> best =
        Recommendation.of(results, passes::nll, description.trainedLength(), contextLength - 1);
    Optional<Strategy> recommended = best.map(StrategyResult::strategy);
    return new Examination(
        file,
        description,
        recipeModel,
        inspection,
        contextLength,
        text,
        measured,
        windows.leftOver() + (count - measured) * contextLength,
        criteria,
        results,
        measured == 0 ? List.of() : curve(passes.controlNll()),
        recommended.map(Strategy::name),
        recommended
            // No engine cuts attention like this.
            .filter(_ -> model.attentionWindow().isEmpty())
            .map(strategy -> recipes(recipeModel, strategy))
            .orElse(List.of()),
        findings(inspection, measured, count - measured, results, best, probed),
        new Examination.Cost(
            prefillTokens / count * measured,
            controlTokens / count * measured,
            (System.nanoTime() - start) / 1e9,
            model.cacheBytes(contextLength),
            model.threads()),
        partial,
        probed);
  }

  /// The engine whose rotation was measured comes first.
  private List<Recipe> recipes(RecipeModel recipeModel, Strategy strategy) {
    Engine measured = Engine.reproduced(recipeModel.format());
    return Recipes.loading(recipeModel, strategy.extension(), contextLength).stream()
        .sorted(Comparator.comparing((Recipe recipe) -> recipe.engine() != measured))
        .toList();
  }

  private List<Finding> findings(
      Inspection inspection,
      int measured,
      int left,
      List<StrategyResult> results,
      Optional<StrategyResult> best,
      Optional<ProbeReport> probed) {
    List<Finding> findings = new ArrayList<>();
    model.attentionWindow().ifPresent(tokens -> findings.add(LossWithoutRetrieval.cut(tokens)));
    probed.ifPresent(report -> findings.addAll(LossWithoutRetrieval.of(results, report)));
    findings.addAll(
        Findings.of(inspection, model, contextLength, measured, left, criteria, results, best));
    return findings;
  }

  private Candidate candidate(Strategy strategy) {
    return new Candidate(
        strategy.name(),
        strategy.label(),
        strategy.rotation(model, contextLength),
        contextLength,
        rotation(strategy));
  }

  private List<KeyTokens> keyTokens(Passes passes) {
    List<KeyTokens.Losses> losses = new ArrayList<>();
    for (int i = 0; i < strategies.size(); i++) {
      losses.add(new KeyTokens.Losses(strategies.get(i).name(), passes.nll(i)));
    }
    return KeyTokens.of(passes.controlNll(), losses, description.trainedLength());
  }

  /// The rules are not told the length: what becomes of the model there is what is measured.
  private Inspection inspection() {
    // It shares the model's files, which stay open.
    Checkpoint checkpoint = model.checkpoint();
    Subject file = new Subject(checkpoint, Optional.empty(), Optional.empty(), OptionalInt.empty());
    return Inspector.inspect(
            checkpoint,
            Optional.empty(),
            Optional.empty(),
            OptionalInt.of(contextLength),
            model.attentionWindow())
        .withFindings(Rules.findings(file));
  }

  private StrategyResult result(
      Strategy strategy, List<double[]> control, List<double[]> nll, ShortDamage damage) {
    RopeParameters parameters = strategy.rotation(model, contextLength);
    List<Integer> edges = Bucket.edges(description.trainedLength(), contextLength);
    List<Bucket> buckets = new ArrayList<>();
    for (int i = 0; i + 1 < edges.size(); i++) {
      buckets.add(bucket(nll, control, edges.get(i), edges.get(i + 1)));
    }
    Bucket added = bucket(nll, control, description.trainedLength(), contextLength - 1);
    return new StrategyResult(
        strategy, parameters, criteria.judge(buckets), buckets, added, damage, curve(nll));
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

  /// What the model's own engine would compute, because its flags are what is recommended.
  private ModelRotation rotation(Strategy strategy) {
    return model.rotation(strategy.flags(), contextLength);
  }
}

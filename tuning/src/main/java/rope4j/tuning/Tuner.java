package rope4j.tuning;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.RopeScalingType;
import rope4j.diagnosis.Doctor;
import rope4j.diagnosis.Progress;
import rope4j.diagnosis.recipe.RecipeModel;
import rope4j.inference.Model;
import rope4j.rotation.Frequencies;
import rope4j.rotation.RopeParameters;
import rope4j.tuning.fitness.EvaluationCache;
import rope4j.tuning.fitness.Evaluator;
import rope4j.tuning.fitness.PrefillEvaluator;
import rope4j.tuning.fitness.ProcessorTime;
import rope4j.tuning.fitness.Rotations;
import rope4j.tuning.fitness.Rungs;
import rope4j.tuning.fitness.TextSplit;
import rope4j.tuning.fitness.Window;
import rope4j.tuning.result.Effort;
import rope4j.tuning.result.Proof;
import rope4j.tuning.result.TextFacts;
import rope4j.tuning.result.Tuning;
import rope4j.tuning.search.Budget;
import rope4j.tuning.search.Deadline;
import rope4j.tuning.search.Race;
import rope4j.tuning.search.Search;
import rope4j.tuning.search.Trial;
import rope4j.tuning.space.Candidate;
import rope4j.tuning.space.ClosedForms;
import rope4j.tuning.space.LongRopeSpace;
import rope4j.tuning.space.SearchSpace;
import rope4j.tuning.space.Target;

/// Searches for the rotation that fits a model and a text at a length, and proves it on other text.
///
/// The same request gives the same result, bit for bit, however often the search was stopped and
/// begun again, unless its budget is a time.
public final class Tuner {

  private static final int SEARCH_WINDOWS = 6;
  private static final int HELD_OUT_WINDOWS = 32;

  private final Model model;
  private final TuningRequest request;
  private final ModelDescription description;
  private final Target target;
  private final List<SearchSpace> spaces;
  private final TextSplit split;
  private final Rungs rungs;
  private final List<Window> heldOut;
  private final ClosedForms forms;
  private final LeastBudget least;
  private final LongSupplier nanos;

  /// Checks everything that can be checked before anything runs.
  ///
  /// @throws IllegalArgumentException when the context needs no extension, the text does not fill
  ///   it twice, needles have no room, the budget does not cover the closed forms, or a space is
  ///   not known
  /// @throws CheckpointException when the model does not rotate
  public Tuner(Model model, TuningRequest request) {
    this(model, request, System::nanoTime);
  }

  /// @param nanos the time, as [System#nanoTime]
  Tuner(Model model, TuningRequest request, LongSupplier nanos) {
    this.nanos = nanos;
    this.model = model;
    this.request = request;
    this.description = model.description();
    int length = request.contextLength();
    Doctor.requireExtension(description, length);
    int trained = description.trainedLength();
    Rungs.requireRoom(request.objective(), trained, length);
    RopeParameters plain =
        rotation(RopeOverrides.NONE.withScalingType(RopeScalingType.NONE), length);
    this.target =
        new Target(
            new RopeParameters(
                plain.headDimension(),
                plain.rotaryDimension(),
                plain.base(),
                trained,
                plain.pairing(),
                plain.scaling()),
            length);
    this.spaces = spaces(request, target);
    this.split = TextSplit.of(request.documents(), request.beginning(), length, request.seed());
    this.rungs =
        Rungs.of(
            Rungs.windows(
                split.search(), request.objective(), trained, SEARCH_WINDOWS, request.seed()),
            trained,
            length);
    this.heldOut =
        Rungs.windows(
            split.heldOut(), request.objective(), trained, HELD_OUT_WINDOWS, ~request.seed());
    this.forms = ClosedForms.of(target, own());
    this.least = new LeastBudget(forms.all().size(), rungs);
    least.require(request.budget());
  }

  private RopeParameters rotation(RopeOverrides flags, int length) {
    return model.rope(flags, length);
  }

  /// How the model's engine rotates it; empty where that is by the base alone. A file's factors are
  /// in force without any scaling type too, so that the numbers decide.
  private Optional<Frequencies> own() {
    int length = request.contextLength();
    Frequencies own = rotation(RopeOverrides.NONE, length).frequencies(length);
    boolean bare =
        own.attentionFactor() == 1
            && Arrays.equals(own.inverse(), target.parameters().unscaledInverseFrequencies());
    return bare ? Optional.empty() : Optional.of(own);
  }

  private static List<SearchSpace> spaces(TuningRequest request, Target target) {
    List<SearchSpace> all = SearchSpace.all(target, request.startTokens());
    List<SearchSpace> chosen = new ArrayList<>();
    for (String name : request.spaces()) {
      chosen.add(
          all.stream()
              .filter(space -> space.name().equals(name))
              .findFirst()
              .orElseThrow(() ->
                  new IllegalArgumentException(
                      "space '"
                          + name
                          + "' is not known; known are base, yarn, longrope2, longrope and all")));
    }
    if (request.startTokens()
        && chosen.stream().noneMatch(space -> space instanceof LongRopeSpace)) {
      throw new IllegalArgumentException(
          "start tokens are searched in LongRoPE's space alone; search the space longrope too");
    }
    return chosen;
  }

  /// Searches and proves.
  ///
  /// @param cache where evaluations are kept and found again
  /// @throws IllegalArgumentException when the memory is too small for the context, or the budget
  ///   is a time in which too little can be measured
  public Tuning tune(EvaluationCache cache, Progress progress) {
    Deadline deadline = new Deadline(request.budget(), nanos);
    long processorStart = ProcessorTime.nanos();
    model.scorer().requireMemory(request.contextLength());
    PrefillEvaluator evaluator =
        new PrefillEvaluator(
            model,
            new Rotations(model, request.contextLength()),
            cache,
            rungs.all().size() + 1 + heldOut.size());
    long expected =
        switch (request.budget()) {
          case Budget.Evaluations(int most) when most < Integer.MAX_VALUE -> most;
          // A guess for the bar alone: half of the candidates go no further than the first rung.
          default ->
              (long) request.preset().generations()
                  * (request.preset().mutants() + request.preset().crossovers())
                  * 3;
        };
    Race race =
        new Race(
            evaluator,
            rungs,
            request.objective(),
            expected + (long) heldOut.size() * (forms.all().size() + Proof.MOST),
            progress);
    search(race, deadline, evaluator);
    List<Trial> front = Proof.front(race.finished(), forms, limit(race));
    int total = (front.size() + forms.all().size()) * heldOut.size();
    Proof proof =
        Proof.of(
            front,
            forms,
            heldOut,
            request.objective(),
            counted(evaluator, race.evaluations(), total, progress));
    return new Tuning(
        request.file(),
        description,
        RecipeModel.of(request.file(), model.checkpoint()),
        request.contextLength(),
        request.objective(),
        request.seed(),
        new TextFacts(
            request.text(),
            split.documents(),
            split.repeated(),
            rungs.all().size(),
            heldOut.size()),
        proof.points(),
        proof.bestClosed(),
        proof.yarn(),
        proof.recommended(),
        race.history(),
        new Effort(
            race.evaluations(),
            total,
            evaluator.prefills(),
            evaluator.tokens(),
            evaluator.seconds(),
            deadline.seconds(),
            1 - evaluator.processorSeconds() * 1e9 / (ProcessorTime.nanos() - processorStart)));
  }

  private void search(Race race, Deadline deadline, PrefillEvaluator evaluator) {
    boolean whole = race.run(forms, deadline::passed);
    double closedForms = deadline.seconds();
    double evaluation = closedForms / Math.max(1, evaluator.prefills());
    if (whole) {
      Search.run(spaces, forms, request.preset(), request.budget(), deadline, race, request.seed());
    }
    int candidates = race.candidates() - forms.all().size();
    if (request.budget() instanceof Budget.Time time
        && deadline.passed()
        && candidates < LeastBudget.FEWEST) {
      throw whole
          ? least.endedInSearch(time, closedForms, candidates, evaluation)
          : least.endedInClosedForms(time, evaluation);
    }
  }

  private double limit(Race race) {
    return race.finished().stream()
        .filter(trial -> trial.candidate().key().equals(forms.yarn().key()))
        .mapToDouble(Trial::damage)
        .findFirst()
        .orElseThrow();
  }

  private static Evaluator counted(Evaluator evaluator, int before, int total, Progress progress) {
    int[] done = {0};
    return (Candidate candidate, Window window) -> {
      var measured = evaluator.measure(candidate, window);
      progress.report("proof", before + ++done[0], before + total);
      return measured;
    };
  }
}

package rope4j.diagnosis.probe.retrieval;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import rope4j.checkpoint.CheckpointException;
import rope4j.diagnosis.probe.trial.Candidate;
import rope4j.diagnosis.probe.trial.StoppedException;
import rope4j.diagnosis.probe.trial.TextTokens;
import rope4j.diagnosis.probe.trial.Trials;
import rope4j.inference.tokenizer.Tokenizer;

/// Whether a model remembers what stands far back: passkey, needles, RULER, indexing.
public final class Retrieval {

  /// Tokens of a passage told twice.
  private static final int PASSAGE = 32;

  private static final int TASKS_OF_RULER = 6;

  private final Trials trials;
  private final Candidate original;
  private final List<Candidate> candidates;
  private final List<int[]> windows;
  private final List<Integer> lengths;
  private final int questions;

  /// @param original the rotation the model was trained with
  /// @param windows the user's text, each as long as the context
  /// @param contextLength longest question
  /// @param questions per length and strategy, at least 1
  public Retrieval(
      Trials trials,
      Candidate original,
      List<Candidate> candidates,
      List<int[]> windows,
      int contextLength,
      int questions) {
    this.trials = trials;
    this.original = original;
    this.candidates = List.copyOf(candidates);
    this.windows = List.copyOf(windows);
    this.lengths = lengths(original.parameters().trainedLength(), contextLength);
    this.questions = questions;
  }

  /// Half the trained length, the trained length, and its doubles up to the context.
  static List<Integer> lengths(int trainedLength, int contextLength) {
    List<Integer> lengths = new ArrayList<>(List.of(Math.max(2, trainedLength / 2)));
    for (long length = trainedLength; length < contextLength; length *= 2) {
      lengths.add((int) length);
    }
    lengths.add(contextLength);
    return lengths.stream().distinct().toList();
  }

  /// Tokens one task takes at most.
  public long cost() {
    return RetrievalProbe.cost(
        lengths, original.parameters().trainedLength(), questions, candidates.size());
  }

  /// Tokens RULER's tasks take at most.
  public long rulerCost() {
    return TASKS_OF_RULER * cost();
  }

  /// The passkey test.
  public RetrievalResult passkey() {
    return words("passkey", prompts -> run(new Passkey(prompts)));
  }

  /// The passkey's sentence in the user's text.
  public RetrievalResult needle() {
    return words("needle", prompts -> run(new OwnText.Needle(prompts, windows)));
  }

  /// A passage of the user's text told twice; needs no tokenizer and no instruction.
  public RetrievalResult recall() {
    int passage = Math.clamp(original.parameters().trainedLength() / 4, 2, PASSAGE);
    return run(new OwnText.Recall(windows, passage / 2 * 2));
  }

  /// Pairs of random tokens; needs no tokenizer and no instruction.
  public RetrievalResult keyValue() {
    KeyValues task = new KeyValues(TextTokens.of(windows));
    return task.possible()
        ? run(task)
        : RetrievalResult.notApplicable(
            task, "the text has too few different tokens to make pairs of");
  }

  /// One of four elements by its index.
  public RetrievalResult indexing() {
    return words("indexing", prompts -> run(new Indexing(prompts)));
  }

  /// RULER's tasks one by one; fewer when it was stopped.
  public List<RetrievalResult> ruler() {
    List<RetrievalResult> results = new ArrayList<>();
    try {
      TextPrompts prompts = new TextPrompts(trials.model().tokenizer());
      for (RetrievalTask task : Ruler.tasks(prompts)) {
        try {
          results.add(run(task));
        } catch (StoppedException _) {
          break;
        }
      }
    } catch (CheckpointException e) {
      results.add(noWords("ruler", e));
    }
    return results;
  }

  /// From the results of RULER's tasks; tasks that do not apply are left out. Empty where a task
  /// was not reached or not finished: a mean of what there is would be one of other questions.
  public static List<EffectiveLength> effectiveLengths(List<RetrievalResult> results) {
    List<RetrievalResult> applying = results.stream().filter(RetrievalResult::applies).toList();
    if (applying.isEmpty()
        || results.size() < TASKS_OF_RULER
        || !results.stream().allMatch(RetrievalResult::complete)) {
      return List.of();
    }
    double own =
        applying.stream()
            .mapToDouble(result -> result.original().orElseThrow().score())
            .average()
            .orElseThrow();
    List<EffectiveLength> lengths = new ArrayList<>();
    for (int c = 0; c < applying.getFirst().scores().size(); c++) {
      Map<Integer, List<Double>> scores = new TreeMap<>();
      for (RetrievalResult result : applying) {
        for (RetrievalCell cell : result.scores().get(c).lengths()) {
          scores.computeIfAbsent(cell.length(), _ -> new ArrayList<>()).add(cell.score());
        }
      }
      List<EffectiveLength.Point> curve = new ArrayList<>();
      scores.forEach((length, values) -> {
        // A length at which some tasks do not fit would be a mean of other tasks.
        if (values.size() == applying.size()) {
          double mean = values.stream().mapToDouble(v -> v).average().orElseThrow();
          curve.add(new EffectiveLength.Point(length, mean));
        }
      });
      if (!curve.isEmpty()) {
        String strategy = applying.getFirst().scores().get(c).strategy();
        lengths.add(EffectiveLength.of(strategy, applying.size(), results.size(), curve, own));
      }
    }
    return lengths;
  }

  private RetrievalResult run(RetrievalTask task) {
    return new RetrievalProbe(trials, task, original, candidates, lengths, questions).run();
  }

  /// What needs words needs a tokenizer.
  private RetrievalResult words(String id, Function<TextPrompts, RetrievalResult> run) {
    Tokenizer tokenizer;
    try {
      tokenizer = trials.model().tokenizer();
    } catch (CheckpointException e) {
      return noWords(id, e);
    }
    return run.apply(new TextPrompts(tokenizer));
  }

  private static RetrievalResult noWords(String id, CheckpointException e) {
    return RetrievalResult.notApplicable(
        id, "", "the file's tokenizer can't be used: " + e.getMessage());
  }
}

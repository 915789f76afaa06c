package rope4j.diagnosis.probe.retrieval;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import rope4j.checkpoint.CheckpointException;
import rope4j.diagnosis.probe.retrieval.RetrievalResult.Example;
import rope4j.diagnosis.probe.retrieval.RetrievalResult.LeftOut;
import rope4j.diagnosis.probe.retrieval.RetrievalTask.DoesNotFitException;
import rope4j.diagnosis.probe.retrieval.RetrievalTask.Question;
import rope4j.diagnosis.probe.retrieval.Tally.Answer;
import rope4j.diagnosis.probe.trial.Candidate;
import rope4j.diagnosis.probe.trial.Fingerprint;
import rope4j.diagnosis.probe.trial.StoppedException;
import rope4j.diagnosis.probe.trial.Trials;
import rope4j.inference.LogitsObserver;

/// Asks a task's questions at growing lengths under every strategy.
///
/// One prefill a question: the right answer is put behind it, its loss is the grade, and where the
/// most likely token is the right one at every step the model would have written the answer.
final class RetrievalProbe {

  /// A question that takes less than this share of its length would be a shorter one by a wrong
  /// name.
  private static final int LEAST_PERCENT = 90;

  private static final String CANNOT_WRITE = "the vocabulary can't write it: ";

  /// Depths of the grid; questions go through them in turn.
  static final double[] DEPTHS = {0, 0.25, 0.5, 0.75, 1};

  private final Trials trials;
  private final RetrievalTask task;
  private final Candidate original;
  private final List<Candidate> candidates;
  private final List<Integer> lengths;
  private final int questions;

  /// @param lengths ascending; the first is one the model was trained for
  /// @param questions per length and strategy
  RetrievalProbe(
      Trials trials,
      RetrievalTask task,
      Candidate original,
      List<Candidate> candidates,
      List<Integer> lengths,
      int questions) {
    this.trials = trials;
    this.task = task;
    this.original = original;
    this.candidates = candidates;
    this.lengths = lengths;
    this.questions = questions;
  }

  /// Tokens it takes at most, whichever of the trained lengths is the first that a question fits.
  static long cost(List<Integer> lengths, int trainedLength, int questions, int candidates) {
    long most = 0;
    for (int first = 0; first < trainedLengths(lengths, trainedLength); first++) {
      List<Integer> asked = lengths.subList(first, lengths.size());
      long grid = asked.stream().mapToLong(Integer::longValue).sum() * questions * candidates;
      most = Math.max(most, grid + 2L * Gate.QUESTIONS * asked.getFirst());
    }
    return most;
  }

  /// @throws StoppedException when not even the first length could be tried
  RetrievalResult run() {
    int most = trainedLengths(lengths, original.parameters().trainedLength());
    int first = -1;
    String reason = "";
    for (int i = 0; i < most && first < 0; i++) {
      try {
        // All of them: an answer may be longer than that of the first.
        for (int q = 0; q < Math.max(Gate.QUESTIONS, questions); q++) {
          var _ = question(lengths.get(i), q);
        }
        first = i;
      } catch (DoesNotFitException e) {
        reason = e.reason() + ", the trained length";
      } catch (CheckpointException e) {
        return RetrievalResult.notApplicable(task, CANNOT_WRITE + e.getMessage());
      }
    }
    if (first < 0) {
      return RetrievalResult.notApplicable(task, reason);
    }
    return ask(lengths.subList(first, lengths.size()));
  }

  private static int trainedLengths(List<Integer> lengths, int trained) {
    return Math.max(1, (int) lengths.stream().filter(length -> length <= trained).count());
  }

  private RetrievalResult ask(List<Integer> asked) {
    int shortest = asked.getFirst();
    Prompt first = question(shortest, 0).right();
    int items = first.itemEnds().length;
    double[] margins = new double[Gate.QUESTIONS];
    Tally tally = new Tally();
    for (int i = 0; i < margins.length; i++) {
      Question question = question(shortest, i);
      Answer right = answer(question.right(), shortest, i, original, "right");
      Answer wrong = answer(question.wrong(), shortest, i, original, "wrong");
      margins[i] = wrong.loss() - right.loss();
      tally.add(right, question.distance());
    }
    RetrievalCell own = tally.cell(shortest, -1);
    Gate gate = Gate.of(margins, own, items, task.chance());
    Map<Integer, Tally[][]> cells = new LinkedHashMap<>();
    List<LeftOut> leftOut = new ArrayList<>();
    asked.forEach(length -> cells.put(length, tallies()));
    boolean complete = !gate.applies() || fill(cells, leftOut);
    List<RetrievalScore> scores = new ArrayList<>();
    for (int c = 0; gate.applies() && c < candidates.size(); c++) {
      scores.add(score(c, cells));
    }
    return new RetrievalResult(
        task.id(),
        task.description(),
        gate.applies(),
        gate.reason(),
        complete,
        task.chance(),
        items,
        shortest,
        Gate.mean(margins),
        Optional.of(own),
        leftOut,
        scores,
        Optional.of(example(first)));
  }

  private Example example(Prompt prompt) {
    Optional<String> text;
    try {
      text = Optional.of(trials.model().tokenizer().decode(prompt.tokens()));
    } catch (CheckpointException _) {
      text = Optional.empty();
    }
    return new Example(IntStream.of(prompt.tokens()).boxed().toList(), prompt.answerFrom(), text);
  }

  /// By strategy and depth.
  private Tally[][] tallies() {
    return Stream.generate(
            () -> Stream.generate(Tally::new).limit(DEPTHS.length).toArray(Tally[]::new))
        .limit(candidates.size())
        .toArray(Tally[][]::new);
  }

  private RetrievalScore score(int candidate, Map<Integer, Tally[][]> cells) {
    List<RetrievalCell> all = new ArrayList<>();
    List<RetrievalCell> grid = new ArrayList<>();
    cells.forEach((length, tallies) -> {
      Tally together = new Tally();
      for (int d = 0; d < DEPTHS.length; d++) {
        Tally tally = tallies[candidate][d];
        together.addAll(tally);
        if (task.hasDepth() && !tally.isEmpty()) {
          grid.add(tally.cell(length, DEPTHS[d]));
        }
      }
      if (!together.isEmpty()) {
        all.add(together.cell(length, -1));
      }
    });
    return RetrievalScore.of(candidates.get(candidate).name(), all, grid);
  }

  /// Question by question over all lengths and strategies, so that an early end leaves as much of
  /// each. A length of which a question can't be made is taken out.
  private boolean fill(Map<Integer, Tally[][]> cells, List<LeftOut> leftOut) {
    try {
      for (int i = 0; i < questions; i++) {
        for (Map.Entry<Integer, Tally[][]> entry : List.copyOf(cells.entrySet())) {
          int length = entry.getKey();
          Question question;
          try {
            question = question(length, i);
          } catch (DoesNotFitException e) {
            leftOut.add(new LeftOut(length, e.reason()));
            cells.remove(length);
            continue;
          } catch (CheckpointException e) {
            leftOut.add(new LeftOut(length, CANNOT_WRITE + e.getMessage()));
            cells.remove(length);
            continue;
          }
          for (int c = 0; c < candidates.size(); c++) {
            Answer answer = answer(question.right(), length, i, candidates.get(c), "right");
            entry.getValue()[c][i % DEPTHS.length].add(answer, question.distance());
          }
        }
      }
      return true;
    } catch (StoppedException _) {
      return false;
    }
  }

  private Question question(int length, int index) {
    SplittableRandom random = trials.random(task.id() + "/" + length + "/" + index);
    Question question = task.question(length, DEPTHS[index % DEPTHS.length], random);
    int tokens = question.right().tokens().length;
    // One token less is no matter however short the length is.
    if (tokens < length - 1 && 100L * tokens < (long) LEAST_PERCENT * length) {
      throw DoesNotFitException.tooShort(tokens, LEAST_PERCENT, length);
    }
    return question;
  }

  private Answer answer(Prompt prompt, int length, int index, Candidate candidate, String which) {
    trials.stage(task.id());
    // An answer is to these very words: a later version may ask otherwise.
    String asked = Fingerprint.ofTokens(List.of(prompt.tokens()));
    String key = "retrieval/" + task.id() + "/" + length + "/" + index + "/" + which + "/" + asked;
    return Answer.of(
        trials.measure(key, candidate, length, () -> grade(prompt, candidate, trials.meter())));
  }

  /// What is stored of an answer: its loss, its tokens, right items, items.
  private double[] grade(Prompt prompt, Candidate candidate, IntConsumer meter) {
    int[] tokens = prompt.tokens();
    int from = prompt.answerFrom() - 1;
    boolean[] hit = new boolean[tokens.length];
    LogitsObserver observer =
        new LogitsObserver() {
          @Override
          public boolean wants(int position) {
            return position >= from && position + 1 < tokens.length;
          }

          @Override
          public void accept(int position, float[] logits) {
            int[] among =
                position == from && prompt.choices().length > 0 ? prompt.choices() : new int[0];
            int best = best(logits, among);
            hit[position + 1] =
                best == tokens[position + 1]
                    || IntStream.of(prompt.asGood()[position - from]).anyMatch(t -> t == best);
          }
        };
    double[] nll = trials.scorer().score(tokens, from, candidate.rotation(), observer, meter);
    double loss = 0;
    for (int i = 0; i < tokens.length - prompt.answerFrom(); i++) {
      loss += nll[i];
    }
    int right = 0;
    int begin = prompt.answerFrom();
    for (int end : prompt.itemEnds()) {
      boolean all = true;
      for (int i = begin; i < end; i++) {
        all &= hit[i];
      }
      right += all ? 1 : 0;
      begin = Math.max(begin, end);
    }
    return new double[] {
      loss, tokens.length - prompt.answerFrom(), right, prompt.itemEnds().length
    };
  }

  /// The most likely token, of all or of some.
  private static int best(float[] logits, int[] among) {
    int best = among.length > 0 ? among[0] : 0;
    if (among.length > 0) {
      for (int token : among) {
        best = logits[token] > logits[best] ? token : best;
      }
      return best;
    }
    for (int token = 1; token < logits.length; token++) {
      best = logits[token] > logits[best] ? token : best;
    }
    return best;
  }
}

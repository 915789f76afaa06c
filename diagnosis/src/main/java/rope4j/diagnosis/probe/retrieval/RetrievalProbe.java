package rope4j.diagnosis.probe.retrieval;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.TDistribution;
import rope4j.checkpoint.CheckpointException;
import rope4j.diagnosis.probe.retrieval.RetrievalTask.DoesNotFitException;
import rope4j.diagnosis.probe.retrieval.RetrievalTask.Question;
import rope4j.diagnosis.probe.trial.Candidate;
import rope4j.diagnosis.probe.trial.Fingerprint;
import rope4j.diagnosis.probe.trial.Proportion;
import rope4j.diagnosis.probe.trial.StoppedException;
import rope4j.diagnosis.probe.trial.Trials;
import rope4j.inference.LogitsObserver;

/// Asks a task's questions at growing lengths under every strategy.
///
/// One prefill a question: the right answer is put behind it, its loss is the grade, and where the
/// most likely token is the right one at every step the model would have written the answer.
final class RetrievalProbe {

  /// Right answers must be likelier than wrong ones with this confidence.
  private static final double CONFIDENCE = 0.99;

  /// And by so many nats an answer.
  private static final double LEAST_MARGIN = 0.5;

  private static final int GATE_QUESTIONS = 12;

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

  /// Tokens it takes at most.
  static long cost(List<Integer> lengths, int questions, int candidates) {
    long grid = lengths.stream().mapToLong(Integer::longValue).sum() * questions * candidates;
    return grid + 2L * GATE_QUESTIONS * lengths.getFirst();
  }

  /// @throws StoppedException when not even the first length could be tried
  RetrievalResult run() {
    int most = trainedLengths();
    int first = -1;
    String reason = "";
    for (int i = 0; i < most && first < 0; i++) {
      try {
        // All of them: an answer may be longer than that of the first.
        for (int q = 0; q < Math.max(GATE_QUESTIONS, questions); q++) {
          var _ = question(lengths.get(i), q);
        }
        first = i;
      } catch (DoesNotFitException e) {
        reason = e.getMessage() + ", the trained length";
      } catch (CheckpointException e) {
        return RetrievalResult.notApplicable(
            task, "the vocabulary can't write it: " + e.getMessage());
      }
    }
    if (first < 0) {
      return RetrievalResult.notApplicable(task, reason);
    }
    return ask(lengths.subList(first, lengths.size()));
  }

  private int trainedLengths() {
    int trained = original.parameters().trainedLength();
    return Math.max(1, (int) lengths.stream().filter(length -> length <= trained).count());
  }

  private RetrievalResult ask(List<Integer> asked) {
    int shortest = asked.getFirst();
    double[] margins = new double[GATE_QUESTIONS];
    Tally tally = new Tally();
    for (int i = 0; i < GATE_QUESTIONS; i++) {
      Question question = question(shortest, i);
      double[] right = answer(question.right(), shortest, i, original, "right");
      double[] wrong = answer(question.wrong(), shortest, i, original, "wrong");
      margins[i] = wrong[0] - right[0];
      tally.add(right, distance(shortest, i));
    }
    double margin = mean(margins);
    if (margin < LEAST_MARGIN || margin - spread(margins) <= 0) {
      return new RetrievalResult(
          task.id(),
          task.description(),
          false,
          String.format(
              Locale.ROOT,
              "at %d tokens, under its original rotation, the model finds the right answer about as"
                  + " likely as a wrong one (%+.2f nats): it can't follow this task",
              shortest,
              margin),
          true,
          task.chance(),
          shortest,
          margin,
          Optional.of(tally.cell(shortest, -1)),
          List.of());
    }
    Tally[][][] cells = new Tally[candidates.size()][asked.size()][DEPTHS.length];
    boolean complete = fill(asked, cells);
    List<RetrievalScore> scores = new ArrayList<>();
    for (int c = 0; c < cells.length; c++) {
      List<RetrievalCell> all = new ArrayList<>();
      List<RetrievalCell> grid = new ArrayList<>();
      for (int l = 0; l < asked.size(); l++) {
        Tally together = new Tally();
        for (int d = 0; d < DEPTHS.length; d++) {
          if (cells[c][l][d] != null) {
            grid.add(cells[c][l][d].cell(asked.get(l), DEPTHS[d]));
            together.addAll(cells[c][l][d]);
          }
        }
        if (together.count > 0) {
          all.add(together.cell(asked.get(l), -1));
        }
      }
      scores.add(RetrievalScore.of(candidates.get(c).name(), all, grid));
    }
    return new RetrievalResult(
        task.id(),
        task.description(),
        true,
        String.format(
            Locale.ROOT,
            "at %d tokens, under its original rotation, the right answer is %.2f nats likelier than"
                + " a wrong one",
            shortest,
            margin),
        complete,
        task.chance(),
        shortest,
        margin,
        Optional.of(tally.cell(shortest, -1)),
        scores);
  }

  /// Question by question over all lengths and strategies, so that an early end leaves as much of
  /// each.
  private boolean fill(List<Integer> asked, Tally[][][] cells) {
    try {
      for (int i = 0; i < questions; i++) {
        for (int l = 0; l < asked.size(); l++) {
          Prompt prompt = question(asked.get(l), i).right();
          for (int c = 0; c < candidates.size(); c++) {
            double[] answer = answer(prompt, asked.get(l), i, candidates.get(c), "right");
            int depth = i % DEPTHS.length;
            if (cells[c][l][depth] == null) {
              cells[c][l][depth] = new Tally();
            }
            cells[c][l][depth].add(answer, distance(asked.get(l), i));
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
    return task.question(length, DEPTHS[index % DEPTHS.length], random);
  }

  private int distance(int length, int index) {
    return task.distance(length, DEPTHS[index % DEPTHS.length]);
  }

  /// Loss of the whole answer, its tokens, right items, items.
  private double[] answer(Prompt prompt, int length, int index, Candidate candidate, String which) {
    trials.stage(task.id());
    // An answer is to these very words: a later version may ask otherwise.
    String asked = Fingerprint.ofTokens(List.of(prompt.tokens()));
    String key = "retrieval/" + task.id() + "/" + length + "/" + index + "/" + which + "/" + asked;
    return trials.measure(key, candidate, length, () -> grade(prompt, candidate, trials.meter()));
  }

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

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  /// Half of Student's interval.
  private static double spread(double[] values) {
    double mean = mean(values);
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    int degrees = values.length - 1;
    return TDistribution.of(degrees).inverseCumulativeProbability((1 + CONFIDENCE) / 2)
        * Math.sqrt(squares / degrees / values.length);
  }

  /// Adds up answers.
  private static final class Tally {

    private int count;
    private int exact;
    private double score;
    private double loss;
    private double tokens;
    private double distance;

    void add(double[] answer, int from) {
      count++;
      distance += from;
      exact += answer[2] == answer[3] ? 1 : 0;
      score += answer[2] / answer[3];
      loss += answer[0];
      tokens += answer[1];
    }

    void addAll(Tally other) {
      count += other.count;
      exact += other.exact;
      score += other.score;
      loss += other.loss;
      tokens += other.tokens;
      distance += other.distance;
    }

    RetrievalCell cell(int length, double depth) {
      return new RetrievalCell(
          length,
          depth,
          (int) Math.round(distance / count),
          Proportion.of(exact, count),
          score / count,
          loss / tokens);
    }
  }
}

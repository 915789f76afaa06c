package rope4j.diagnosis.probe.copy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.TDistribution;
import rope4j.diagnosis.probe.attention.ScoreTap;
import rope4j.diagnosis.probe.trial.Candidate;
import rope4j.diagnosis.probe.trial.StoppedException;
import rope4j.diagnosis.probe.trial.Trials;
import rope4j.inference.LogitsObserver;
import rope4j.inference.Model;

/// Says a segment of random tokens twice and asks for every token of the repeat: whatever the
/// length, each must be fetched from one segment back. Any model that copies can answer; no
/// tokenizer and no instruction is needed.
public final class CopyProbe {

  /// Copied tokens must be likelier than random ones by so many nats, with this confidence.
  private static final double LEAST_MARGIN = 0.5;

  private static final double GATE = 0.99;
  private static final int GATE_QUESTIONS = 4;
  private static final int SHORTEST = 16;
  private static final int FEWEST_TOKENS = 2;

  /// Questions and positions in each at which heads are looked at.
  private static final int HEAD_QUESTIONS = 2;

  private static final int HEAD_POSITIONS = 64;

  private final Trials trials;
  private final Candidate original;
  private final List<Candidate> candidates;
  private final Copies copies;
  private final List<Integer> lengths;
  private final int questions;

  /// Layers whose heads are looked at, at every length the same.
  private final IntPredicate headLayers;

  /// @param original the rotation the model was trained with
  /// @param windows the text whose tokens are used
  /// @param contextLength longest question
  /// @param questions per length and strategy, at least 1
  public CopyProbe(
      Trials trials,
      Candidate original,
      List<Candidate> candidates,
      List<int[]> windows,
      int contextLength,
      int questions) {
    this(trials, original, candidates, windows, contextLength, questions, ScoreTap.BUDGET);
  }

  /// @param keyFloats floats of keys that may be kept to look at heads
  CopyProbe(
      Trials trials,
      Candidate original,
      List<Candidate> candidates,
      List<int[]> windows,
      int contextLength,
      int questions,
      long keyFloats) {
    this.trials = trials;
    this.original = original;
    this.candidates = List.copyOf(candidates);
    this.copies = new Copies(windows);
    this.lengths = lengths(original.parameters().trainedLength(), contextLength);
    this.questions = questions;
    this.headLayers = ScoreTap.layers(trials.model(), contextLength, keyFloats);
  }

  /// A quarter of the trained length and its doubles up to the context.
  private static List<Integer> lengths(int trainedLength, int contextLength) {
    List<Integer> lengths = new ArrayList<>();
    for (long length = Math.max(SHORTEST, trainedLength / 4); length < contextLength; length *= 2) {
      lengths.add((int) length);
    }
    lengths.add(contextLength);
    return lengths;
  }

  /// Tokens it takes at most.
  public long cost() {
    long each = lengths.stream().mapToLong(Integer::longValue).sum();
    long heads = HEAD_QUESTIONS * ((long) candidates.size() * lengths.getLast() + trainedLength());
    return each * questions * candidates.size() + heads + (long) GATE_QUESTIONS * trainedLength();
  }

  /// The longest of the lengths that the model was trained for.
  private int trainedLength() {
    int trained = original.parameters().trainedLength();
    return lengths.stream()
        .filter(length -> length <= trained)
        .reduce((_, b) -> b)
        .orElse(SHORTEST);
  }

  /// @throws StoppedException when not even the first length could be tried
  public CopyResult run() {
    trials.stage("copy");
    int length = trainedLength();
    if (copies.tokens() < FEWEST_TOKENS) {
      return notApplicable(
          "the text has "
              + (copies.tokens() == 0 ? "no token" : "a single different token")
              + " besides its beginning, and a segment that can be told from others needs at least "
              + FEWEST_TOKENS,
          length,
          0);
    }
    double[] margins = new double[GATE_QUESTIONS];
    for (int q = 0; q < margins.length; q++) {
      double[] answer = answer(length, q, original);
      margins[q] = answer[3] / answer[4] - answer[0] / answer[1];
    }
    double margin = Arrays.stream(margins).average().orElseThrow();
    boolean applies = margin >= LEAST_MARGIN && margin - halfWidth(margins, GATE) > 0;
    String reason =
        String.format(
            Locale.ROOT,
            applies
                ? "at %d tokens, under its original rotation, a token that is copied is %.2f nats"
                    + " likelier than a random one"
                : "at %d tokens, under its original rotation, the model finds a token that is to be"
                    + " copied about as likely as a random one (%+.2f nats): it does not copy",
            length,
            margin);
    if (!applies) {
      return notApplicable(reason, length, margin);
    }
    List<List<List<double[]>>> answers =
        candidates.stream()
            .map(
                _ -> lengths.stream().map(_ -> (List<double[]>) new ArrayList<double[]>()).toList())
            .toList();
    List<RetrievalHead> heads = List.of();
    boolean complete = true;
    try {
      // Question by question, so that an early end leaves as much of each.
      for (int q = 0; q < questions; q++) {
        for (int l = 0; l < lengths.size(); l++) {
          for (int c = 0; c < candidates.size(); c++) {
            answers.get(c).get(l).add(answer(lengths.get(l), q, candidates.get(c)));
          }
        }
      }
      heads = heads();
    } catch (StoppedException _) {
      complete = false;
    }
    List<CopyScore> scores = new ArrayList<>();
    for (int c = 0; c < candidates.size(); c++) {
      List<CopyCell> cells = new ArrayList<>();
      for (int l = 0; l < lengths.size(); l++) {
        if (!answers.get(c).get(l).isEmpty()) {
          cells.add(cell(lengths.get(l), answers.get(c).get(l)));
        }
      }
      scores.add(new CopyScore(candidates.get(c).name(), cells));
    }
    return new CopyResult(
        true, reason, complete, copies.tokens(), length, margin, scores, lengths.getLast(), heads);
  }

  private CopyResult notApplicable(String reason, int length, double margin) {
    return new CopyResult(
        false, reason, true, copies.tokens(), length, margin, List.of(), 0, List.of());
  }

  private int[] text(int length, int question) {
    return copies.text(length, trials.random("copy/" + length + "/" + question));
  }

  /// Loss of the repeat, its tokens, right ones; loss of the segment, its tokens.
  private double[] answer(int length, int question, Candidate candidate) {
    return trials.measure(
        "copy/" + length + "/" + question,
        candidate,
        length,
        () -> {
          int[] text = text(length, question);
          // Nothing says where the repeat begins: its first token can't be known.
          int from = copies.repeatFrom(length);
          int[] right = {0};
          LogitsObserver observer =
              new LogitsObserver() {
                @Override
                public boolean wants(int position) {
                  return position >= from && position + 1 < text.length;
                }

                @Override
                public void accept(int position, float[] logits) {
                  right[0] += best(logits) == text[position + 1] ? 1 : 0;
                }
              };
          double[] nll =
              trials.scorer().score(text, 0, candidate.rotation(), observer, trials.meter());
          int begin = from - copies.distance(length);
          int end = from - 1;
          return new double[] {
            Arrays.stream(nll, from, nll.length).sum(),
            nll.length - from,
            right[0],
            Arrays.stream(nll, begin, end).sum(),
            Math.max(1, end - begin)
          };
        });
  }

  private static int best(float[] logits) {
    int best = 0;
    for (int token = 1; token < logits.length; token++) {
      best = logits[token] > logits[best] ? token : best;
    }
    return best;
  }

  private CopyCell cell(int length, List<double[]> answers) {
    double[] accuracies = answers.stream().mapToDouble(answer -> answer[2] / answer[1]).toArray();
    int tokens = (int) answers.getFirst()[1];
    return new CopyCell(
        length,
        copies.distance(length),
        Arrays.stream(accuracies).average().orElseThrow(),
        accuracies.length > 1
            ? Optional.of(Clusters.interval(accuracies, tokens))
            : Optional.empty(),
        answers.stream().mapToDouble(answer -> answer[0] / answer[1]).average().orElseThrow(),
        accuracies.length);
  }

  /// Half of Student's interval.
  private static double halfWidth(double[] values, double confidence) {
    double mean = Arrays.stream(values).average().orElseThrow();
    double squares = Arrays.stream(values).map(value -> (value - mean) * (value - mean)).sum();
    int degrees = values.length - 1;
    return TDistribution.of(degrees).inverseCumulativeProbability((1 + confidence) / 2)
        * Math.sqrt(squares / degrees / values.length);
  }

  private List<RetrievalHead> heads() {
    double[] before = heads(trainedLength(), original);
    List<double[]> after =
        candidates.stream().map(candidate -> heads(lengths.getLast(), candidate)).toList();
    int perLayer = trials.model().description().heads();
    return IntStream.range(0, before.length)
        .filter(head -> before[head] > RetrievalHead.LEAST_SCORE)
        .mapToObj(head ->
            new RetrievalHead(
                head / perLayer,
                head % perLayer,
                before[head],
                IntStream.range(0, candidates.size())
                    .mapToObj(
                        c -> new RetrievalHead.Kept(candidates.get(c).name(), after.get(c)[head]))
                    .toList()))
        .sorted(Comparator.comparingDouble(RetrievalHead::score).reversed())
        .toList();
  }

  private double[] heads(int length, Candidate candidate) {
    return trials.measure(
        "copy/heads/" + length,
        candidate,
        (long) HEAD_QUESTIONS * length,
        () -> {
          Model model = trials.model();
          int from = copies.repeatFrom(length);
          int step = Math.max(1, Math.ceilDiv(copies.distance(length), HEAD_POSITIONS));
          HeadMeter meter =
              new HeadMeter(
                  copies.distance(length),
                  candidate.rotation().layers(),
                  model.description().heads());
          for (int q = 0; q < HEAD_QUESTIONS; q++) {
            int[] text = text(length, q);
            int last = text.length - 2;
            ScoreTap tap =
                new ScoreTap(
                    model,
                    candidate,
                    headLayers,
                    position -> position >= from && (position - from) % step == 0,
                    last,
                    meter);
            trials.scorer().observe(Optional.of(tap));
            try {
              var _ =
                  trials
                      .scorer()
                      .score(text, last, candidate.rotation(), LogitsObserver.NONE, trials.meter());
            } finally {
              trials.scorer().observe(Optional.empty());
            }
          }
          return meter.values();
        });
  }
}

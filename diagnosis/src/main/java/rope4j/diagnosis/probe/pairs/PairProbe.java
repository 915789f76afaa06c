package rope4j.diagnosis.probe.pairs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.ToDoubleFunction;
import rope4j.checkpoint.ModelDescription;
import rope4j.diagnosis.prediction.Forecast;
import rope4j.diagnosis.prediction.PairForecast;
import rope4j.diagnosis.probe.attention.ScoreTap;
import rope4j.diagnosis.probe.pairs.PairResult.Correlation;
import rope4j.diagnosis.probe.pairs.PairResult.Correlations;
import rope4j.diagnosis.probe.pairs.PairResult.StrategyRisk;
import rope4j.diagnosis.probe.trial.Candidate;
import rope4j.diagnosis.probe.trial.Ranks;
import rope4j.diagnosis.probe.trial.StoppedException;
import rope4j.diagnosis.probe.trial.Trials;
import rope4j.inference.LogitsObserver;
import rope4j.inference.ModelRotation;
import rope4j.inference.QueryKeyObserver;
import rope4j.rotation.Frequencies;

/// Which pairs of channels a strategy hangs on: from the lengths of queries and keys in one forward
/// pass, and by giving single pairs their trained frequency back.
public final class PairProbe {

  private static final double MASSIVE = 5;

  /// Windows that pairs are reverted on: as many as so many tokens reach, within these bounds. Most
  /// pairs cost next to nothing, and few windows can't tell which of them.
  private static final long TOKENS = 600_000;

  private static final int FEWEST_WINDOWS = 4;
  private static final int MOST_WINDOWS = 64;

  private final Trials trials;
  private final Candidate original;
  private final List<Candidate> candidates;
  private final Reversion reversion;
  private final List<int[]> windows;
  private final int trained;
  private final int target;

  /// The largest distance between two tokens that see each other: what angles are told for.
  private final int reach;

  /// @param windows the user's text, each as long as the context
  public PairProbe(
      Trials trials,
      Candidate original,
      List<Candidate> candidates,
      List<int[]> windows,
      int contextLength) {
    this.trials = trials;
    this.original = original;
    this.candidates = List.copyOf(candidates);
    this.windows = windows.subList(0, Math.min(most(original, contextLength), windows.size()));
    this.trained = original.parameters().trainedLength();
    this.target = contextLength;
    this.reach = Math.min(contextLength, trials.model().attentionWindow().orElse(contextLength));
    this.reversion = new Reversion(trials, original, this.windows, contextLength);
  }

  private static int most(Candidate original, int contextLength) {
    long perWindow = (original.frequencies().pairs() + 1L) * contextLength;
    return Math.clamp(TOKENS / perWindow, FEWEST_WINDOWS, MOST_WINDOWS);
  }

  /// Tokens it takes.
  public long cost() {
    long reverting = (original.frequencies().pairs() + 1L) * windows.size() * target;
    return trained + (long) candidates.size() * target + reverting;
  }

  /// @return empty when it was stopped before the pass that everything is read from
  public Optional<PairResult> run() {
    trials.stage("pairs");
    Frequencies before = original.frequencies();
    List<List<PairNorms.Mean>> heads;
    try {
      ModelDescription model = trials.model().description();
      heads = PairNorms.heads(norms(model), model.heads(), before.pairs());
    } catch (StoppedException _) {
      return Optional.empty();
    }
    double[] shares = shares(heads, before.pairs());
    List<Optional<Reversion.Change>> losses = new ArrayList<>();
    List<StrategyRisk> strategies = new ArrayList<>();
    boolean complete = true;
    try {
      for (Candidate candidate : candidates) {
        strategies.add(strategy(candidate, shares));
      }
      for (int pair = 0; pair < before.pairs(); pair++) {
        losses.add(Optional.of(reversion.of(pair)));
      }
    } catch (StoppedException _) {
      complete = false;
    }
    List<PairRisk> pairs = pairs(shares, losses);
    List<PairFeature> features = features(heads);
    return Optional.of(
        new PairResult(
            complete,
            Reversion.NAME,
            reach,
            pairs,
            complete && pairs.size() > 2 ? Optional.of(correlations(pairs)) : Optional.empty(),
            strategies,
            StandingOut.of(features)));
  }

  private double[] norms(ModelDescription model) {
    int[] text = Arrays.copyOf(windows.getFirst(), Math.max(2, trained));
    return trials.measure(
        "pairs/norms",
        original,
        text.length,
        () -> {
          PairNorms meter = new PairNorms(original, original.rotation().layers(), model.heads());
          observed(text, original.rotation(), meter);
          return meter.values();
        });
  }

  private void observed(int[] text, ModelRotation rotation, QueryKeyObserver observer) {
    trials.scorer().observe(Optional.of(observer));
    try {
      // The losses are not wanted: only the last is computed.
      IntConsumer meter = trials.meter();
      var _ = trials.scorer().score(text, text.length - 2, rotation, LogitsObserver.NONE, meter);
    } finally {
      trials.scorer().observe(Optional.empty());
    }
  }

  private static double[] shares(List<List<PairNorms.Mean>> heads, int pairs) {
    double[] shares = new double[pairs];
    for (List<PairNorms.Mean> head : heads) {
      double all = head.stream().mapToDouble(PairNorms.Mean::product).sum();
      for (int pair = 0; pair < pairs; pair++) {
        shares[pair] = Math.max(shares[pair], head.get(pair).product() / all);
      }
    }
    return shares;
  }

  private StrategyRisk strategy(Candidate candidate, double[] shares) {
    List<PairForecast> forecast =
        new Forecast(original.frequencies(), candidate.frequencies(), trained, reach).pairs();
    List<Double> unseen = new ArrayList<>();
    double risk = 0;
    int worst = -1;
    double most = 0;
    for (PairForecast pair : forecast) {
      double own = pair.unseenRadians() * shares[pair.index()];
      unseen.add(own);
      risk += own;
      if (own > most) {
        most = own;
        worst = pair.index();
      }
    }
    return new StrategyRisk(candidate.name(), risk, worst, unseen, spread(candidate));
  }

  private List<AttentionSpread> spread(Candidate candidate) {
    List<Integer> positions = SpreadMeter.positions(trained, target);
    double[] values =
        trials.measure(
            "pairs/spread",
            candidate,
            target,
            () -> {
              SpreadMeter meter = new SpreadMeter(positions);
              ScoreTap tap =
                  new ScoreTap(
                      trials.model(),
                      candidate,
                      ScoreTap.layers(trials.model(), target, ScoreTap.BUDGET),
                      positions::contains,
                      positions.getLast(),
                      meter);
              observed(windows.getFirst(), candidate.rotation(), tap);
              return meter.values();
            });
    return SpreadMeter.read(positions, values);
  }

  private List<PairRisk> pairs(double[] shares, List<Optional<Reversion.Change>> losses) {
    Frequencies before = original.frequencies();
    List<PairForecast> unscaled = new Forecast(before, before, trained, reach).pairs();
    List<PairForecast> scaled =
        new Forecast(before, reversion.frequencies(), trained, reach).pairs();
    List<PairRisk> pairs = new ArrayList<>();
    for (int i = 0; i < shares.length; i++) {
      Optional<Reversion.Change> change = i < losses.size() ? losses.get(i) : Optional.empty();
      pairs.add(
          new PairRisk(
              i,
              unscaled.get(i).trainedTurns(),
              shares[i],
              unscaled.get(i).unseenRadians(),
              scaled.get(i).shiftRadians(),
              unscaled.get(i).overrun(),
              scaled.get(i).shiftRadians() * shares[i],
              change.map(Reversion.Change::mean),
              windows.size() > 1 ? change.map(Reversion.Change::margin) : Optional.empty()));
    }
    return pairs;
  }

  private static Correlations correlations(List<PairRisk> pairs) {
    List<PairRisk> moved = pairs.stream().filter(pair -> pair.shiftRadians() > 0).toList();
    boolean judged = pairs.stream().allMatch(pair -> pair.margin().isPresent());
    return new Correlations(
        correlation(pairs, PairProbe::cost),
        judged ? Optional.of(correlation(pairs, PairProbe::costBeyondChance)) : Optional.empty(),
        correlation(pairs, pair -> Math.abs(cost(pair))),
        moved.size() > 2
            ? Optional.of(correlation(moved, pair -> Math.abs(cost(pair))))
            : Optional.empty());
  }

  private static double costBeyondChance(PairRisk pair) {
    double cost = cost(pair);
    return Math.abs(cost) > pair.margin().orElseThrow() ? cost : 0;
  }

  private static double cost(PairRisk pair) {
    return pair.lossOfReverting().orElseThrow();
  }

  private static Correlation correlation(List<PairRisk> pairs, ToDoubleFunction<PairRisk> taken) {
    double[] loss = pairs.stream().mapToDouble(taken).toArray();
    return new Correlation(
        Ranks.spearman(pairs.stream().mapToDouble(PairRisk::risk).toArray(), loss),
        Ranks.spearman(pairs.stream().mapToDouble(PairRisk::shiftRadians).toArray(), loss),
        Ranks.spearman(pairs.stream().mapToDouble(PairRisk::overrun).toArray(), loss),
        pairs.size());
  }

  /// Pairs far longer than the others of their head, longest first.
  private List<PairFeature> features(List<List<PairNorms.Mean>> heads) {
    List<PairFeature> features = new ArrayList<>();
    for (List<PairNorms.Mean> head : heads) {
      double queries = median(head.stream().mapToDouble(PairNorms.Mean::query).toArray());
      double keys = median(head.stream().mapToDouble(PairNorms.Mean::key).toArray());
      for (PairNorms.Mean mean : head) {
        double times = Math.max(mean.query() / queries, mean.key() / keys);
        if (times > MASSIVE && Double.isFinite(times)) {
          features.add(
              PairFeature.of(
                  mean,
                  times,
                  reach * original.frequencies().inverse(mean.pair()) / (2 * Math.PI)));
        }
      }
    }
    features.sort(Comparator.comparingDouble(PairFeature::timesMedian).reversed());
    return features;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}

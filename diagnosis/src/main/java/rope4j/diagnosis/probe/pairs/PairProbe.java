package rope4j.diagnosis.probe.pairs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import rope4j.checkpoint.ModelDescription;
import rope4j.diagnosis.prediction.Forecast;
import rope4j.diagnosis.prediction.PairForecast;
import rope4j.diagnosis.probe.pairs.PairResult.Correlation;
import rope4j.diagnosis.probe.pairs.PairResult.StrategyRisk;
import rope4j.diagnosis.probe.trial.Candidate;
import rope4j.diagnosis.probe.trial.Ranks;
import rope4j.diagnosis.probe.trial.StoppedException;
import rope4j.diagnosis.probe.trial.Trials;
import rope4j.inference.LogitsObserver;
import rope4j.inference.ModelRotation;
import rope4j.inference.QueryKeyObserver;
import rope4j.rotation.ExplicitFrequencies;
import rope4j.rotation.Frequencies;
import rope4j.rotation.LayerRotations;
import rope4j.rotation.Precision;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Rotation;
import rope4j.rotation.Scaling;
import rope4j.rotation.SoftmaxScaled;

/// Which pairs of channels a strategy hangs on: from the lengths of queries and keys in one forward
/// pass, and by giving single pairs their trained frequency back.
public final class PairProbe {

  private static final double MASSIVE = 5;
  private static final int MOST_FEATURES = 12;
  private static final int MOST_WINDOWS = 2;

  private final Trials trials;
  private final Candidate original;
  private final List<Candidate> candidates;
  private final Candidate reverted;
  private final List<int[]> windows;
  private final int trained;
  private final int target;

  /// @param reverted the strategy whose pairs are reverted: one that scales
  /// @param windows the user's text, each as long as the context
  public PairProbe(
      Trials trials,
      Candidate original,
      List<Candidate> candidates,
      Candidate reverted,
      List<int[]> windows,
      int contextLength) {
    this.trials = trials;
    this.original = original;
    this.candidates = List.copyOf(candidates);
    this.reverted = reverted;
    this.windows = windows.subList(0, Math.min(MOST_WINDOWS, windows.size()));
    this.trained = original.parameters().trainedLength();
    this.target = contextLength;
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
    List<Optional<Double>> losses = new ArrayList<>();
    List<StrategyRisk> strategies = new ArrayList<>();
    boolean complete = true;
    try {
      for (Candidate candidate : candidates) {
        strategies.add(strategy(candidate, shares));
      }
      double base = loss("none", reverted.frequencies().inverse());
      for (int pair = 0; pair < before.pairs(); pair++) {
        double[] inverse = reverted.frequencies().inverse();
        inverse[pair] = before.inverse(pair);
        losses.add(Optional.of(loss(Integer.toString(pair), inverse) - base));
      }
    } catch (StoppedException _) {
      complete = false;
    }
    List<PairRisk> pairs = pairs(shares, losses);
    List<PairFeature> features = features(heads);
    return Optional.of(
        new PairResult(
            complete,
            reverted.name(),
            pairs,
            complete && pairs.size() > 2 ? Optional.of(correlation(pairs)) : Optional.empty(),
            strategies,
            features.stream().filter(PairFeature::isOffset).limit(MOST_FEATURES).toList(),
            features.stream().limit(MOST_FEATURES).toList()));
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
        new Forecast(original.frequencies(), candidate.frequencies(), trained, target).pairs();
    double risk = 0;
    int worst = -1;
    double most = 0;
    for (PairForecast pair : forecast) {
      double own = pair.unseenRadians() * shares[pair.index()];
      risk += own;
      if (own > most) {
        most = own;
        worst = pair.index();
      }
    }
    return new StrategyRisk(candidate.name(), risk, worst, spread(candidate));
  }

  private List<AttentionSpread> spread(Candidate candidate) {
    ModelDescription model = trials.model().description();
    List<Integer> positions = SpreadMeter.positions(trained, target);
    double[] values =
        trials.measure(
            "pairs/spread",
            candidate,
            target,
            () -> {
              SpreadMeter meter =
                  new SpreadMeter(
                      candidate,
                      positions,
                      candidate.rotation().layers(),
                      model.heads(),
                      model.keyValueHeads() * model.headDimension());
              observed(windows.getFirst(), candidate.rotation(), meter);
              return meter.values();
            });
    return SpreadMeter.read(positions, values);
  }

  /// Mean loss past the trained length with the reverted strategy's layers turning like this.
  private double loss(String key, double[] inverse) {
    ModelRotation rotation = with(inverse);
    double sum = 0;
    for (int window = 0; window < windows.size(); window++) {
      int[] text = windows.get(window);
      sum +=
          trials
              .measure(
                  "pairs/revert/" + key + "/" + window,
                  reverted,
                  text.length,
                  () -> {
                    double[] nll =
                        trials
                            .scorer()
                            .score(text, trained, rotation, LogitsObserver.NONE, trials.meter());
                    return new double[] {Arrays.stream(nll).average().orElse(0)};
                  })[0];
    }
    return sum / windows.size();
  }

  private ModelRotation with(double[] inverse) {
    Frequencies scaled = reverted.frequencies();
    Scaling explicit = new ExplicitFrequencies(inverse, scaled.attentionFactor());
    Scaling scaling =
        scaled.softmaxScaleMultiplier() == 1
            ? explicit
            : new SoftmaxScaled(explicit, scaled.softmaxScaleMultiplier());
    List<Optional<RopeParameters>> layers = new ArrayList<>();
    for (int layer = 0; layer < reverted.rotation().layers(); layer++) {
      Optional<RopeParameters> own = reverted.rotation().layer(layer).map(Rotation::parameters);
      layers.add(own.map(p -> p.equals(reverted.parameters()) ? p.withScaling(scaling) : p));
    }
    return trials.model().rotation(new LayerRotations(layers), target, Precision.EXACT);
  }

  private List<PairRisk> pairs(double[] shares, List<Optional<Double>> losses) {
    Frequencies before = original.frequencies();
    List<PairForecast> unscaled = new Forecast(before, before, trained, target).pairs();
    List<PairForecast> scaled =
        new Forecast(before, reverted.frequencies(), trained, target).pairs();
    List<PairRisk> pairs = new ArrayList<>();
    for (int i = 0; i < shares.length; i++) {
      pairs.add(
          new PairRisk(
              i,
              unscaled.get(i).trainedTurns(),
              shares[i],
              unscaled.get(i).unseenRadians(),
              scaled.get(i).shiftRadians(),
              unscaled.get(i).overrun(),
              scaled.get(i).shiftRadians() * shares[i],
              i < losses.size() ? losses.get(i) : Optional.empty()));
    }
    return pairs;
  }

  private static Correlation correlation(List<PairRisk> pairs) {
    double[] loss =
        pairs.stream().mapToDouble(pair -> pair.lossOfReverting().orElseThrow()).toArray();
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
              new PairFeature(
                  mean.layer(),
                  mean.head(),
                  mean.pair(),
                  times,
                  mean.queryResultant(),
                  mean.keyResultant(),
                  mean.phase(),
                  target * original.frequencies().inverse(mean.pair()) / (2 * Math.PI)));
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

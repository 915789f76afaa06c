package rope4j.diagnosis.probe.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntConsumer;
import rope4j.diagnosis.probe.trial.Candidate;
import rope4j.diagnosis.probe.trial.StoppedException;
import rope4j.diagnosis.probe.trial.Trials;
import rope4j.inference.LogitsObserver;
import rope4j.inference.ModelRotation;
import rope4j.inference.Session;
import rope4j.inference.SessionOptions;
import rope4j.inference.SessionOptions.RotationChange;
import rope4j.rotation.DynamicNtk;
import rope4j.rotation.LayerRotations;
import rope4j.rotation.Precision;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Rotation;

/// Checks of the engine on the model at hand: what must be equal whatever the weights.
public final class SelfCheckProbe {

  /// Tokens that are looked at, of a longer text its first.
  public static final int MOST_TOKENS = 256;

  private static final int[] OFFSETS = {16, 1_000, 31_250, 1_000_000};

  /// Checks that are made.
  public static final int CHECKS = 2 * OFFSETS.length + 4;

  /// Tokens by which a text grows under a scaling that grows with it.
  private static final int GROWN = 8;

  /// The scaling changes with every so many tokens; between, keys are kept.
  private static final int STRIDE = 4;

  /// Sums in another order.
  private static final double ROUNDING = 5e-3;

  private final Trials trials;
  private final Candidate candidate;
  private final int[] text;

  /// @param window the user's text
  public SelfCheckProbe(Trials trials, Candidate candidate, int[] window) {
    this.trials = trials;
    this.candidate = candidate;
    int trained = candidate.parameters().trainedLength();
    text =
        Arrays.copyOf(window, Math.max(2, Math.min(window.length, Math.min(trained, MOST_TOKENS))));
  }

  /// Tokens it takes.
  public long cost() {
    return (2L * (OFFSETS.length + 1) + 4) * text.length + grownTokens();
  }

  /// As many as there was time for.
  public List<SelfCheck> run() {
    trials.stage("self-check");
    List<SelfCheck> checks = new ArrayList<>();
    try {
      shifts(exact(), "exact angles", Optional.of(ROUNDING), checks);
      // Their error grows with the position, and what becomes of it depends on the weights.
      shifts(
          candidate.rotation(), "float32 angles as llama.cpp forms them", Optional.empty(), checks);
      checks.add(decode());
      checks.add(again());
      double[] grown = grown();
      checks.add(
          new SelfCheck(
              "cached = recomputed under dynamic scaling",
              "the last " + GROWN + " of " + grownLength() + " tokens fed one by one, dynamic NTK",
              grown[0],
              Optional.of(10 * ROUNDING)));
      // Deeper layers keep what attention answered before: the difference is the method's own.
      checks.add(
          new SelfCheck(
              "cached keys turned instead of recomputed",
              "the same text, dynamic NTK",
              grown[1],
              Optional.empty()));
    } catch (StoppedException _) {
      return checks;
    }
    return checks;
  }

  private ModelRotation exact() {
    ModelRotation rotation = candidate.rotation();
    List<Optional<RopeParameters>> layers = new ArrayList<>();
    for (int layer = 0; layer < rotation.layers(); layer++) {
      layers.add(rotation.layer(layer).map(Rotation::parameters));
    }
    return trials
        .model()
        .rotation(new LayerRotations(layers), candidate.contextLength(), Precision.EXACT);
  }

  /// The same text at other positions: scores know distances only.
  private void shifts(
      ModelRotation rotation, String angles, Optional<Double> allowed, List<SelfCheck> checks) {
    double[] base = nll("shift/" + angles + "/0", rotation);
    for (int offset : OFFSETS) {
      double[] shifted = nll("shift/" + angles + "/" + offset, rotation.startingAt(offset));
      checks.add(
          new SelfCheck(
              "shift invariance",
              String.format(
                  Locale.ROOT, "%d tokens from position %,d, %s", text.length, offset, angles),
              difference(base, shifted),
              allowed));
    }
  }

  private double[] nll(String key, ModelRotation rotation) {
    return trials.measure(
        "check/" + key,
        candidate,
        text.length,
        () -> trials.scorer().score(text, 0, rotation, LogitsObserver.NONE, trials.meter()));
  }

  /// One token at a time must give what all at once gives.
  private SelfCheck decode() {
    double[] prefill = nll("prefill", candidate.rotation());
    double[] decoded =
        trials.measure(
            "check/decode",
            candidate,
            text.length,
            () -> {
              Session session = trials.model().session(candidate.rotation(), text.length);
              double[] nll = new double[text.length - 1];
              var meter = trials.meter();
              for (int i = 0; i < nll.length; i++) {
                nll[i] = loss(session.feed(text[i]), text[i + 1]);
                meter.accept(1);
              }
              return nll;
            });
    return new SelfCheck(
        "decode = prefill",
        text.length + " tokens one by one and all at once",
        difference(prefill, decoded),
        Optional.of(ROUNDING));
  }

  /// Keys that were kept must be those that would be computed anew.
  private SelfCheck again() {
    double[] values =
        trials.measure(
            "check/again",
            candidate,
            2L * text.length,
            () -> {
              int half = text.length / 2;
              Session kept = trials.model().session(candidate.rotation(), text.length);
              var meter = trials.meter();
              float[] first = kept.feed(text).clone();
              meter.accept(text.length);
              kept.truncate(half);
              float[] second = kept.feed(Arrays.copyOfRange(text, half, text.length));
              meter.accept(text.length - half);
              return new double[] {difference(first, second)};
            });
    return new SelfCheck(
        "cached = recomputed",
        "half of " + text.length + " tokens forgotten and fed again",
        values[0],
        Optional.of(10 * ROUNDING));
  }

  private int grownLength() {
    return Math.max(GROWN + 1, text.length / 2);
  }

  /// At once, recomputed where the scaling changes, and turned there.
  private long grownTokens() {
    return (3L + GROWN / STRIDE + 1) * grownLength();
  }

  /// A text that grows past the length from which the frequencies change must end as one that is
  /// fed at once.
  private double[] grown() {
    return trials.measure(
        "check/grown",
        candidate,
        grownTokens(),
        () -> {
          int length = grownLength();
          ModelRotation rotation = dynamic(length / 2);
          float[] whole = fed(rotation, RotationChange.RECOMPUTE, length, length);
          float[] cached = fed(rotation, RotationChange.RECOMPUTE, length, length - GROWN);
          float[] turned = fed(rotation, RotationChange.REROTATE, length, length - GROWN);
          return new double[] {difference(whole, cached), difference(whole, turned)};
        });
  }

  /// Dynamic NTK wherever the candidate rotates.
  private ModelRotation dynamic(int originalLength) {
    ModelRotation rotation = candidate.rotation();
    List<Optional<RopeParameters>> layers = new ArrayList<>();
    for (int layer = 0; layer < rotation.layers(); layer++) {
      layers.add(
          rotation
              .layer(layer)
              .map(Rotation::parameters)
              .map(parameters -> parameters.withScaling(new DynamicNtk(2, originalLength))));
    }
    return trials.model().rotationByLength(new LayerRotations(layers), Precision.EXACT);
  }

  /// Logits after the whole text, whose last tokens are fed one by one.
  private float[] fed(ModelRotation rotation, RotationChange change, int length, int atOnce) {
    Session session =
        trials.model().session(rotation, length, SessionOptions.EXACT.withChange(change, STRIDE));
    IntConsumer meter = trials.meter();
    float[] logits = session.feed(Arrays.copyOf(text, atOnce));
    meter.accept(atOnce);
    for (int i = atOnce; i < length; i++) {
      logits = session.feed(text[i]);
      meter.accept(1);
    }
    return logits.clone();
  }

  /// The largest difference of losses, whatever the next token is.
  private static double difference(float[] a, float[] b) {
    double most = 0;
    for (int token = 0; token < a.length; token++) {
      most = Math.max(most, Math.abs(loss(a, token) - loss(b, token)));
    }
    return most;
  }

  private static double loss(float[] logits, int token) {
    double most = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      most = Math.max(most, logit);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - most);
    }
    return most + Math.log(sum) - logits[token];
  }

  private static double difference(double[] a, double[] b) {
    double most = 0;
    for (int i = 0; i < a.length; i++) {
      most = Math.max(most, Math.abs(a[i] - b[i]));
    }
    return most;
  }
}

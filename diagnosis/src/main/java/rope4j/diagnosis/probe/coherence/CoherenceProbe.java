package rope4j.diagnosis.probe.coherence;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import rope4j.diagnosis.coherence.CoherenceMeter;
import rope4j.diagnosis.probe.coherence.CoherenceResult.Continuation;
import rope4j.diagnosis.probe.coherence.CoherenceResult.Sign;
import rope4j.diagnosis.probe.coherence.CoherenceResult.Written;
import rope4j.diagnosis.probe.trial.Candidate;
import rope4j.diagnosis.probe.trial.StoppedException;
import rope4j.diagnosis.probe.trial.Trials;
import rope4j.inference.LogitsObserver;
import rope4j.inference.Sampler;
import rope4j.inference.Sampling;
import rope4j.inference.Session;

/// Lets the model go on with the user's text from within the trained length and from past it.
public final class CoherenceProbe {

  private static final int MOST_TOKENS = 128;
  private static final int MOST_TEXTS = 4;

  /// Warm enough that a sound model does not repeat itself, the same everywhere.
  private static final double TEMPERATURE = 0.8;

  /// Repetition above that inside from which a text repeats itself.
  private static final double REPEATS = 0.2;

  /// Entropy above that inside, nats, from which a text is scattered: a perplexity 2 times as high.
  private static final double SCATTERED = Math.log(2);

  private final Trials trials;
  private final Candidate original;
  private final List<Candidate> candidates;
  private final List<int[]> windows;
  private final int insideFrom;
  private final int pastFrom;
  private final int length;

  /// @param windows the user's text, each as long as the context
  public CoherenceProbe(
      Trials trials,
      Candidate original,
      List<Candidate> candidates,
      List<int[]> windows,
      int contextLength) {
    this.trials = trials;
    this.original = original;
    this.candidates = List.copyOf(candidates);
    this.windows = windows.subList(0, Math.min(MOST_TEXTS, windows.size()));
    int trained = original.parameters().trainedLength();
    length = Math.clamp(Math.min(trained / 2, (contextLength - trained) / 2), 1, MOST_TOKENS);
    insideFrom = Math.max(1, trained - length);
    pastFrom = contextLength - length;
  }

  /// Tokens it takes.
  public long cost() {
    return windows.size()
        * ((candidates.size() + 1L) * (insideFrom + length)
            + (long) candidates.size() * (pastFrom + length)
            + (2L * candidates.size() + 1) * (insideFrom + length));
  }

  /// @return empty when it was stopped before there was anything to compare with
  public Optional<CoherenceResult> run() {
    trials.stage("coherence");
    List<Written> written = new ArrayList<>();
    Continuation reference;
    try {
      reference = continuation(original, insideFrom);
    } catch (StoppedException _) {
      return Optional.empty();
    }
    boolean complete = true;
    try {
      for (Candidate candidate : candidates) {
        Continuation inside = continuation(candidate, insideFrom);
        Continuation past = continuation(candidate, pastFrom);
        written.add(new Written(candidate.name(), inside, past, sign(reference, past)));
      }
    } catch (StoppedException _) {
      complete = false;
    }
    return Optional.of(
        new CoherenceResult(complete, insideFrom, pastFrom, length, reference, written));
  }

  private static Sign sign(Continuation reference, Continuation past) {
    if (past.signs().repetition() - reference.signs().repetition() >= REPEATS) {
      return Sign.REPEATS;
    }
    return past.signs().entropy() - reference.signs().entropy() >= SCATTERED
            || past.loss() - reference.loss() >= SCATTERED
        ? Sign.SCATTERED
        : Sign.AS_INSIDE;
  }

  private Continuation continuation(Candidate candidate, int from) {
    List<Coherence> texts = new ArrayList<>();
    double loss = 0;
    for (int window = 0; window < windows.size(); window++) {
      int[] text = Arrays.copyOf(windows.get(window), from);
      long seed = trials.random("coherence/" + window).nextLong();
      double[] values =
          trials.measure(
              "coherence/" + from + "/" + window,
              candidate,
              from + 2L * length + insideFrom,
              () -> write(candidate, text, seed));
      texts.add(
          new Coherence((int) values[0], values[1], values[2], values[3], values[4], values[5]));
      loss += values[6] / windows.size();
    }
    return new Continuation(Coherence.mean(texts), loss);
  }

  private double[] write(Candidate candidate, int[] text, long seed) {
    int vocabulary = trials.model().vocabularySize();
    Session session = trials.model().session(candidate.rotation(), text.length + length);
    Sampling sampling = new Sampling(TEMPERATURE, 0, 1, 0, 1, 0, seed);
    Sampler sampler = new Sampler(sampling, vocabulary);
    var meter = trials.meter();
    float[] logits = session.feed(text);
    meter.accept(text.length);
    int[] tokens = new int[length];
    double[] entropies = new double[length];
    double[] tops = new double[length];
    for (int i = 0; i < length; i++) {
      entropies[i] = CoherenceMeter.entropy(logits);
      tops[i] = top(logits);
      tokens[i] = sampler.next(logits);
      if (i + 1 < length) {
        logits = session.feed(tokens[i]);
      }
      meter.accept(1);
    }
    Coherence read = Coherence.of(tokens, entropies, tops);
    return new double[] {
      read.tokens(),
      read.repetition(),
      read.distinct1(),
      read.distinct2(),
      read.entropy(),
      read.top(),
      judged(text, tokens)
    };
  }

  /// Loss of what was written, by the original rotation and no more text than it was trained on.
  private double judged(int[] text, int[] written) {
    int before = Math.min(insideFrom, text.length);
    int[] tail = Arrays.copyOfRange(text, text.length - before, text.length + written.length);
    System.arraycopy(written, 0, tail, before, written.length);
    double[] nll =
        trials
            .scorer()
            .score(tail, before - 1, original.rotation(), LogitsObserver.NONE, trials.meter());
    return Arrays.stream(nll).average().orElse(0);
  }

  private static double top(float[] logits) {
    double most = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      most = Math.max(most, logit);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - most);
    }
    return 1 / sum;
  }
}

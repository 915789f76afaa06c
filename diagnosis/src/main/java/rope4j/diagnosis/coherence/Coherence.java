package rope4j.diagnosis.coherence;

import java.util.Locale;

/// How a text that a model wrote hangs together, by what can be counted: how much of it repeats
/// itself, and how sure the model was of what follows.
///
/// @param tokens how many were counted
/// @param repetition share of its runs of [CoherenceMeter#RUN] tokens that stood in it before, 0 to
///   1; one minus distinct-4
/// @param entropy mean entropy of the distributions of the next token, nats
public record Coherence(int tokens, double repetition, double entropy) {

  /// From here on a text repeats itself.
  private static final double REPEATS = 0.5;

  /// By so much more than within the trained length.
  private static final double REPEATS_MORE = 0.25;

  /// From so many times the entropy within the trained length on, and so many nats above it, a
  /// model is less sure of what follows; within it, the longer a text the surer it is.
  private static final double SCATTERED_TIMES = 1.25;

  private static final double SCATTERED_ABOVE = 0.2;

  public Coherence {
    if (tokens < 0 || !(repetition >= 0 && repetition <= 1) || !(entropy >= 0)) {
      throw new IllegalArgumentException(
          "no coherence: " + tokens + " tokens, " + repetition + ", " + entropy);
    }
  }

  /// What a text is like, held against the same model within its trained length.
  public enum Judgement {
    /// As within it. A text without sense can be counted so, too.
    HOLDS("neither says that the text comes apart"),
    /// It goes in circles.
    REPEATS("the text repeats itself"),
    /// The distributions are much flatter.
    SCATTERS("the model is less sure of what follows"),
    /// Both.
    APART("the text has come apart");

    private final String words;

    Judgement(String words) {
      this.words = words;
    }

    /// For a reader.
    public String words() {
      return words;
    }
  }

  /// Judges this text.
  ///
  /// @param within the same model's within its trained length
  public Judgement against(Coherence within) {
    boolean repeats = repetition >= REPEATS && repetition >= within.repetition + REPEATS_MORE;
    boolean scatters =
        entropy >= SCATTERED_TIMES * within.entropy && entropy >= within.entropy + SCATTERED_ABOVE;
    if (repeats) {
      return scatters ? Judgement.APART : Judgement.REPEATS;
    }
    return scatters ? Judgement.SCATTERS : Judgement.HOLDS;
  }

  /// One line: `repetition 0.62 (0.08 within the trained length), entropy 0.4 nats (2.1): …`.
  public String words(Coherence within) {
    return String.format(
        Locale.ROOT,
        "repetition %.2f (%.2f within the trained length), entropy %.1f nats (%.1f): %s",
        repetition,
        within.repetition,
        entropy,
        within.entropy,
        against(within).words());
  }

  /// The same where nothing is known of the model within its trained length.
  public String words() {
    return String.format(Locale.ROOT, "repetition %.2f, entropy %.1f nats", repetition, entropy);
  }
}

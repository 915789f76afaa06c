package rope4j.cli;

import java.util.Arrays;
import java.util.Optional;
import rope4j.checkpoint.RopeOverrides;
import rope4j.diagnosis.coherence.Coherence;
import rope4j.diagnosis.coherence.CoherenceMeter;
import rope4j.inference.LogitsObserver;
import rope4j.inference.Model;

/// Counts what a model writes within its trained length and past it.
final class CoherenceWatch {

  /// Fewer tokens tell nothing.
  private static final int FEWEST = 32;

  /// Tokens of a prompt that are read once more to see the model within its trained length.
  private static final int MOST_READ = 256;

  private final int trained;
  private final CoherenceMeter within;
  private final CoherenceMeter past;
  private final boolean counts;

  /// @param capacity most tokens of the whole text
  /// @param counts false to count nothing
  CoherenceWatch(int trained, int capacity, boolean counts) {
    this.trained = trained;
    this.counts = counts;
    within = new CoherenceMeter(counts ? capacity : 1);
    past = new CoherenceMeter(counts ? capacity : 1);
  }

  /// @param position of the token in the text
  void accept(int position, int token, float[] logits) {
    if (counts) {
      (position < trained ? within : past).accept(token, logits);
    }
  }

  /// The line to print; empty when there is too little to tell anything.
  ///
  /// @param read the tokens the model was given, which stand in for what it wrote within the
  ///   trained length where it wrote little there
  Optional<String> line(Model model, int[] read) {
    Coherence beyond = past.coherence();
    Coherence inside = within.coherence();
    if (beyond.tokens() < FEWEST) {
      return inside.tokens() < FEWEST ? tooShort() : Optional.of(inside.words());
    }
    if (inside.tokens() >= FEWEST) {
      return Optional.of(beyond.words(inside));
    }
    int tokens = Math.min(Math.min(trained, MOST_READ), read.length);
    return Optional.of(
        tokens < FEWEST
            ? beyond.words()
            : beyond.words(ofPrompt(model, Arrays.copyOf(read, tokens))));
  }

  private Optional<String> tooShort() {
    return counts
        ? Optional.of(
            "fewer than " + FEWEST + " tokens: too few to say how the text hangs together")
        : Optional.empty();
  }

  private static Coherence ofPrompt(Model model, int[] tokens) {
    CoherenceMeter meter = new CoherenceMeter(tokens.length);
    LogitsObserver observer =
        new LogitsObserver() {
          @Override
          public boolean wants(int position) {
            return position + 1 < tokens.length;
          }

          @Override
          public void accept(int position, float[] logits) {
            meter.accept(tokens[position + 1], logits);
          }
        };
    var _ =
        model
            .scorer()
            .score(tokens, 0, model.rotation(RopeOverrides.NONE, tokens.length), observer, _ -> {});
    return meter.coherence();
  }
}

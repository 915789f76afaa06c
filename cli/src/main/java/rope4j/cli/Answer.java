package rope4j.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import rope4j.inference.Sampler;
import rope4j.inference.Session;
import rope4j.inference.tokenizer.TextDecoder;
import rope4j.inference.tokenizer.Tokenizer;

/// One answer of a model, written as it comes.
///
/// @param predict tokens at most, at least 1
/// @param ignoresEnd whether it goes on when the model says that it has finished
/// @param watch what counts repetitions and entropies
record Answer(
    Session session,
    Sampler sampler,
    Tokenizer tokenizer,
    int predict,
    boolean ignoresEnd,
    CoherenceWatch watch) {

  /// Tokens that are read before it is asked whether the user wants it to end.
  private static final int STEP = 256;

  /// Why an answer ended.
  enum End {
    /// The model said that it has finished, or the user wanted it to.
    ITSELF,
    /// So many tokens were asked for.
    LIMIT,
    /// There is no room for more.
    CONTEXT
  }

  /// What was said and how fast.
  record Said(String text, int prompt, int tokens, long promptNanos, long nanos, End end) {

    /// What cut the answer short, and what lets it go on; empty where nothing did.
    ///
    /// @param context tokens there is room for
    Optional<String> cut(int context) {
      return switch (end) {
        case ITSELF -> Optional.empty();
        case LIMIT ->
            Optional.of(
                "cut after "
                    + tokens
                    + " tokens by --predict; give a larger -n, or -1 for no limit");
        case CONTEXT ->
            Optional.of(
                "cut because the context of "
                    + context
                    + " tokens is full; give a larger one with -c");
      };
    }

    String speeds() {
      return String.format(
          Locale.ROOT,
          "prompt %d tokens, %.1f tokens/s; answer %d tokens, %.1f tokens/s",
          prompt,
          rate(prompt, promptNanos),
          tokens,
          rate(tokens, nanos));
    }

    private static double rate(int tokens, long nanoseconds) {
      return tokens * 1e9 / Math.max(1, nanoseconds);
    }
  }

  /// Reads tokens and writes what follows, with a line break at its end.
  Said write(int[] prompt, Stop stop, PrintWriter out) {
    TextDecoder decoder = new TextDecoder(tokenizer);
    StringBuilder text = new StringBuilder();
    long begin = System.nanoTime();
    float[] logits = read(prompt, stop);
    long prefilled = System.nanoTime();
    int generated = 0;
    End end = End.ITSELF;
    while (!stop.isAsked()) {
      int token = sampler.next(logits);
      if (tokenizer.endsGeneration(token) && !ignoresEnd) {
        break;
      }
      sampler.accept(token);
      watch.accept(session.length(), token, logits);
      generated++;
      String piece = decoder.add(token);
      text.append(piece);
      out.print(piece);
      out.flush();
      if (generated == predict || session.length() == session.capacity()) {
        end = generated == predict ? End.LIMIT : End.CONTEXT;
        break;
      }
      logits = session.feed(token);
    }
    String rest = decoder.end();
    text.append(rest);
    out.println(rest);
    out.flush();
    return new Said(
        text.toString(),
        prompt.length,
        generated,
        prefilled - begin,
        System.nanoTime() - prefilled,
        end);
  }

  private float[] read(int[] prompt, Stop stop) {
    float[] logits = {};
    for (int from = 0; from < prompt.length && !stop.isAsked(); from += STEP) {
      logits = session.feed(Arrays.copyOfRange(prompt, from, Math.min(from + STEP, prompt.length)));
    }
    for (int token : prompt) {
      sampler.accept(token);
    }
    return logits;
  }
}

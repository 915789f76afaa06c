package rope4j.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntConsumer;
import rope4j.inference.Sampler;
import rope4j.inference.Session;
import rope4j.inference.tokenizer.TextDecoder;
import rope4j.inference.tokenizer.Tokenizer;

/// One answer of a model, written as it comes.
///
/// @param predict tokens at most
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

  /// What was said and how fast.
  record Said(String text, int prompt, int tokens, long promptNanos, long nanos) {

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
  ///
  /// @param said is told of every token that the session was given after the prompt
  Said write(int[] prompt, Stop stop, PrintWriter out, IntConsumer said) {
    TextDecoder decoder = new TextDecoder(tokenizer);
    StringBuilder text = new StringBuilder();
    long begin = System.nanoTime();
    float[] logits = read(prompt, stop);
    long prefilled = System.nanoTime();
    int generated = 0;
    while (generated < predict && !stop.isAsked()) {
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
      if (session.length() == session.capacity()) {
        break;
      }
      logits = session.feed(token);
      said.accept(token);
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
        System.nanoTime() - prefilled);
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

package rope4j.tuning.fitness;

import java.util.ArrayList;
import java.util.List;

/// A piece of text to measure on in one prefill.
///
/// @param tokens its ids
/// @param trainedLength positions below this are short text
/// @param text positions past the trained length whose prediction counts; position `p` predicts the
///   token at `p + 1`
/// @param answers positions that predict what a needle says, one span a needle; empty without
///   needles
public record Window(int[] tokens, int trainedLength, List<Span> text, List<Span> answers) {

  public Window {
    tokens = tokens.clone();
    text = List.copyOf(text);
    answers = List.copyOf(answers);
  }

  /// Plain text.
  public static Window of(int[] tokens, int trainedLength) {
    return new Window(
        tokens, trainedLength, List.of(new Span(trainedLength, tokens.length - 1)), List.of());
  }

  /// A copy of the ids.
  @Override
  public int[] tokens() {
    return tokens.clone();
  }

  /// Its beginning, without needles.
  Window first(int length) {
    List<Span> rest = new ArrayList<>();
    for (Span span : text) {
      int to = Math.min(span.to(), length - 1);
      if (to > span.from()) {
        rest.add(new Span(span.from(), to));
      }
    }
    return new Window(java.util.Arrays.copyOf(tokens, length), trainedLength, rest, List.of());
  }
}

package rope4j.diagnosis.probe.copy;

import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import rope4j.diagnosis.probe.trial.TextTokens;

/// Makes texts that say a segment of random tokens twice.
///
/// Tokens are those of the user's text, so that the model knows them. A segment has none of them
/// twice, unless it is longer than there are different ones; then it goes through them anew, in
/// another order.
final class Copies {

  private final int[] tokens;
  private final OptionalInt beginning;
  private final int begin;

  /// @param windows the text; the token that all of them begin with begins each question too
  Copies(List<int[]> windows) {
    TextTokens text = TextTokens.of(windows);
    beginning = text.beginning();
    begin = text.before();
    tokens = text.different();
  }

  /// Different tokens there are.
  int tokens() {
    return tokens.length;
  }

  /// Where the repeat begins in a text of so many tokens.
  int repeatFrom(int length) {
    return begin + distance(length);
  }

  /// Tokens from the repeat back to the segment.
  int distance(int length) {
    return (length - begin) / 2;
  }

  /// @param length about the tokens of the text; one less where segments would not be equal
  int[] text(int length, SplittableRandom random) {
    int distance = distance(length);
    int[] text = new int[begin + 2 * distance];
    beginning.ifPresent(token -> text[0] = token);
    int[] order = tokens.clone();
    for (int i = 0; i < distance; i++) {
      int at = i % order.length;
      int other = at + random.nextInt(order.length - at);
      int drawn = order[other];
      order[other] = order[at];
      order[at] = drawn;
      text[begin + i] = drawn;
      text[begin + i + distance] = drawn;
    }
    return text;
  }
}

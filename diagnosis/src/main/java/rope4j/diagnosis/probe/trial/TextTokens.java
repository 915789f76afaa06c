package rope4j.diagnosis.probe.trial;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/// The tokens of the user's text, to draw questions from: the model knows them.
///
/// @param beginning the token that all windows begin with; empty where they begin with different
///   ones
/// @param windows the text
public record TextTokens(OptionalInt beginning, List<int[]> windows) {

  public TextTokens {
    windows = List.copyOf(windows);
  }

  /// @param windows the text, at least one
  public static TextTokens of(List<int[]> windows) {
    int first = windows.getFirst()[0];
    boolean same = windows.stream().allMatch(window -> window[0] == first);
    return new TextTokens(same ? OptionalInt.of(first) : OptionalInt.empty(), windows);
  }

  /// Tokens before the text itself, 0 or 1.
  public int before() {
    return beginning.isPresent() ? 1 : 0;
  }

  /// All different tokens, that of the beginning left out, ascending.
  public int[] different() {
    return windows.stream()
        .flatMapToInt(Arrays::stream)
        .filter(token -> beginning.isEmpty() || token != beginning.getAsInt())
        .distinct()
        .sorted()
        .toArray();
  }

  /// Different tokens at every second place.
  ///
  /// @param from 0 for the first place behind the beginning and every second one after it, 1 for
  ///   those between
  public int[] everySecond(int from) {
    return windows.stream()
        .flatMapToInt(window ->
            IntStream.iterate(before() + from, at -> at < window.length, at -> at + 2)
                .map(at -> window[at]))
        .distinct()
        .sorted()
        .toArray();
  }
}

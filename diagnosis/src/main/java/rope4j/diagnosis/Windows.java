package rope4j.diagnosis;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/// A text cut into windows of the context length.
///
/// @param windows token ids, each of the context length
/// @param leftOver tokens at the end that filled no window
public record Windows(List<int[]> windows, int leftOver) {

  public Windows {
    windows = List.copyOf(windows);
  }

  /// The first of them only.
  ///
  /// @param most at least 1
  public Windows first(int most) {
    if (most >= windows.size()) {
      return this;
    }
    int dropped = windows.subList(most, windows.size()).stream().mapToInt(w -> w.length).sum();
    return new Windows(windows.subList(0, most), leftOver + dropped);
  }

  /// Windows of ids that are used as they are.
  ///
  /// @throws IllegalArgumentException when the text does not fill one window
  public static Windows of(int[] tokens, int contextLength) {
    return of(tokens, contextLength, OptionalInt.empty());
  }

  /// Windows that each begin with a token of their own, as a model expects at the start of a text.
  ///
  /// @param beginning the beginning-of-sequence token; empty when the ids are used as they are
  /// @throws IllegalArgumentException when the text does not fill one window
  public static Windows of(int[] tokens, int contextLength, OptionalInt beginning) {
    int before = beginning.isPresent() ? 1 : 0;
    int step = contextLength - before;
    if (tokens.length < step) {
      throw new IllegalArgumentException(
          "the text has "
              + (tokens.length + before)
              + " tokens, but a context of "
              + contextLength
              + " needs at least as many; give a longer text or a smaller --context");
    }
    List<int[]> windows = new ArrayList<>();
    for (int from = 0; from + step <= tokens.length; from += step) {
      int[] window = new int[contextLength];
      beginning.ifPresent(id -> window[0] = id);
      System.arraycopy(tokens, from, window, before, step);
      windows.add(window);
    }
    return new Windows(windows, tokens.length - windows.size() * step);
  }
}

package rope4j.diagnosis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A text cut into windows of the context length.
///
/// @param windows token ids, each of the context length
/// @param leftOver tokens at the end that filled no window
public record Windows(List<int[]> windows, int leftOver) {

  public Windows {
    windows = List.copyOf(windows);
  }

  /// @throws IllegalArgumentException when the text does not fill one window
  public static Windows of(int[] tokens, int contextLength) {
    if (tokens.length < contextLength) {
      throw new IllegalArgumentException(
          "the text has "
              + tokens.length
              + " tokens, but a context of "
              + contextLength
              + " needs at least as many; give a longer text or a smaller --context");
    }
    List<int[]> windows = new ArrayList<>();
    for (int from = 0; from + contextLength <= tokens.length; from += contextLength) {
      windows.add(Arrays.copyOfRange(tokens, from, from + contextLength));
    }
    return new Windows(windows, tokens.length % contextLength);
  }
}

package rope4j.diagnosis;

import java.util.Arrays;
import java.util.function.IntConsumer;
import rope4j.inference.LogitsObserver;
import rope4j.inference.ModelRotation;
import rope4j.inference.Scorer;

/// The same tokens under the original rotation, never looking back further than the trained length:
/// the level that a perfect extension would at least keep.
///
/// Segments of the trained length start every half of it; all but the first are scored in their
/// last half, so that every prediction sees between half (rounded down) and the whole of the
/// trained length. At most two tokens are computed per token of text.
final class Control {

  private final int trainedLength;
  private final int step;

  /// @param trainedLength tokens, at least 2
  Control(int trainedLength) {
    this.trainedLength = trainedLength;
    this.step = (trainedLength + 1) / 2;
  }

  /// Scores a window.
  ///
  /// @param firstSegment sees the logits of the first segment, whose positions are those of the
  ///   window
  /// @return nats per position, as [Scorer#score(int[], ModelRotation)] for the whole window
  double[] score(
      Scorer scorer,
      int[] window,
      ModelRotation original,
      LogitsObserver firstSegment,
      IntConsumer progress) {
    double[] nll = new double[window.length - 1];
    int first = Math.min(trainedLength, window.length);
    double[] values =
        scorer.score(Arrays.copyOf(window, first), 0, original, firstSegment, progress);
    System.arraycopy(values, 0, nll, 0, values.length);
    int done = values.length;
    for (int start = step; done < nll.length; start += step) {
      int end = Math.min(start + trainedLength, window.length);
      int[] segment = Arrays.copyOfRange(window, start, end);
      values = scorer.score(segment, done - start, original, LogitsObserver.NONE, progress);
      System.arraycopy(values, 0, nll, done, values.length);
      done += values.length;
    }
    return nll;
  }

  /// Scores the first segment only, for the sake of its logits.
  void scoreFirst(
      Scorer scorer,
      int[] window,
      ModelRotation original,
      LogitsObserver firstSegment,
      IntConsumer progress) {
    int first = Math.min(trainedLength, window.length);
    var _ = scorer.score(Arrays.copyOf(window, first), 0, original, firstSegment, progress);
  }

  /// Tokens computed for a window of this length.
  long cost(int windowLength) {
    long tokens = Math.min(trainedLength, windowLength);
    for (long done = tokens - 1, start = step; done < windowLength - 1; start += step) {
      long end = Math.min(start + trainedLength, windowLength);
      tokens += end - start;
      done = end - 1;
    }
    return tokens;
  }
}

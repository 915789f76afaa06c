package rope4j.tuning.fitness;

import java.util.Arrays;
import rope4j.inference.LogitsObserver;

/// Keeps the logits of some positions of a text, evenly spread over its beginning.
///
/// Position 0 is not among them: it attends only to itself, so no rotation changes it.
final class LogitRows implements LogitsObserver {

  private final int[] positions;
  private final int[] rowOf;
  private final float[][] rows;

  /// @param length positions below this are short text
  /// @param count rows to keep, below `length`
  LogitRows(int length, int count, int vocabulary) {
    positions = new int[count];
    rowOf = new int[length];
    Arrays.fill(rowOf, -1);
    for (int row = 0; row < count; row++) {
      positions[row] = 1 + (int) ((long) (length - 1) * row / count);
      rowOf[positions[row]] = row;
    }
    rows = new float[count][vocabulary];
  }

  @Override
  public boolean wants(int position) {
    return position < rowOf.length && rowOf[position] >= 0;
  }

  @Override
  public void accept(int position, float[] logits) {
    System.arraycopy(logits, 0, rows[rowOf[position]], 0, logits.length);
  }

  int count() {
    return rows.length;
  }

  /// Row of a position that is wanted.
  int rowOf(int position) {
    return rowOf[position];
  }

  /// Position of the token that a row's logits follow.
  int position(int row) {
    return positions[row];
  }

  /// The row itself, not a copy.
  float[] row(int row) {
    return rows[row];
  }
}

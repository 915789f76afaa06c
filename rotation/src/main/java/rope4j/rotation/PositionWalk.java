package rope4j.rotation;

import rope4j.rotation.kernel.AngleState;
import rope4j.rotation.kernel.RotationKernel;

/// Cosines and sines of consecutive positions by angle addition: two products and a sum per pair
/// and token instead of a cosine and a sine, and memory for one position however long the context
/// is.
///
/// The state is float64 and is computed afresh every [#REFRESH] positions, when rounding errors
/// have grown to some 1e-13, a hundred-thousandth of what a float32 near 1 tells apart. Stateful,
/// for one thread.
public final class PositionWalk {

  /// Positions from one exact evaluation to the next.
  public static final int REFRESH = 1024;

  private final ExactAngles angles;
  private final boolean negative;
  private final AngleState state;
  private final RotationKernel kernel;
  private int position;
  private int untilRefresh;

  PositionWalk(ExactAngles angles, int firstPosition, boolean negative, RotationKernel kernel) {
    this.angles = angles;
    this.negative = negative;
    this.kernel = kernel;
    this.position = firstPosition;
    state = AngleState.of(angles.pairs());
    angles.fill(1, state.stepCos(), state.stepSin());
  }

  /// The position that comes next.
  public int position() {
    return position;
  }

  /// Goes on from another position.
  public void moveTo(int newPosition) {
    position = newPosition;
    untilRefresh = 0;
  }

  /// Fills a table with the next positions and moves past them.
  ///
  /// @throws ArithmeticException when the position would exceed 2^31 - 1
  public void fillNext(CosSin table, int tokens) {
    if (table.pairs != angles.pairs()) {
      throw new IllegalArgumentException(
          "the table holds " + table.pairs + " pairs per token, but " + angles.pairs() + " rotate");
    }
    var _ = tokens <= 0 ? position : Math.addExact(position, tokens - 1);
    table.begin(tokens);
    double magnitude = angles.attentionFactor();
    for (int t = 0; t < tokens; ) {
      if (untilRefresh == 0) {
        angles.fill(position, state.cos(), state.sin());
        untilRefresh = REFRESH;
      }
      int rows = Math.min(tokens - t, untilRefresh);
      kernel.walk(state, table.angles, t, rows, magnitude, negative ? -magnitude : magnitude);
      position += rows;
      untilRefresh -= rows;
      t += rows;
    }
  }
}

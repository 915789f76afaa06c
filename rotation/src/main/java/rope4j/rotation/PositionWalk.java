package rope4j.rotation;

/// Cosines and sines of consecutive positions by angle addition: two products and a sum per pair
/// and token instead of a cosine and a sine, and memory for one position however long the context
/// is.
///
/// The state is float64 and is computed afresh every [#REFRESH] positions, before rounding errors
/// could reach a float32. Stateful, for one thread.
public final class PositionWalk {

  /// Positions from one exact evaluation to the next.
  public static final int REFRESH = 128;

  private final ExactAngles angles;
  private final boolean negative;
  private final double[] cos;
  private final double[] sin;
  private final double[] stepCos;
  private final double[] stepSin;
  private int position;
  private int untilRefresh;

  PositionWalk(ExactAngles angles, int firstPosition, boolean negative) {
    this.angles = angles;
    this.negative = negative;
    this.position = firstPosition;
    cos = new double[angles.pairs()];
    sin = new double[cos.length];
    stepCos = new double[cos.length];
    stepSin = new double[cos.length];
    angles.fill(1, stepCos, stepSin);
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
    if (table.pairs != cos.length) {
      throw new IllegalArgumentException(
          "the table holds " + table.pairs + " pairs per token, but " + cos.length + " rotate");
    }
    var _ = tokens <= 0 ? position : Math.addExact(position, tokens - 1);
    table.begin(tokens);
    for (int t = 0; t < tokens; t++) {
      next(table.angles.cos(), table.angles.sin(), t * table.pairs);
    }
    table.angles.spread(0, tokens);
  }

  private void next(float[] rowCos, float[] rowSin, int at) {
    if (untilRefresh == 0) {
      angles.fill(position, cos, sin);
      untilRefresh = REFRESH;
    }
    double magnitude = angles.attentionFactor();
    double signed = negative ? -magnitude : magnitude;
    for (int i = 0; i < cos.length; i++) {
      double c = cos[i];
      double s = sin[i];
      rowCos[at + i] = (float) (c * magnitude);
      rowSin[at + i] = (float) (s * signed);
      cos[i] = c * stepCos[i] - s * stepSin[i];
      sin[i] = s * stepCos[i] + c * stepSin[i];
    }
    position++;
    untilRefresh--;
  }
}

package rope4j.rotation.kernel;

/// Where a walk over positions stands, and one step of it: a number per pair each, in float64.
///
/// @param cos cosines of the position that comes next
/// @param sin sines of it
/// @param stepCos cosines of one position's angles
/// @param stepSin sines of them
public record AngleState(double[] cos, double[] sin, double[] stepCos, double[] stepSin) {

  /// A state of so many pairs, all zero.
  public static AngleState of(int pairs) {
    return new AngleState(
        new double[pairs], new double[pairs], new double[pairs], new double[pairs]);
  }
}

package rope4j.rotation.absolute;

/// Frequencies for coordinates from -1 to 1 instead of token positions.
///
/// Source: lucidrains/rotary-embedding-torch, `freqs_for = "pixel"` and `get_axial_freqs`.
public final class PixelFrequencies {

  private PixelFrequencies() {}

  /// `pairs` frequencies evenly spaced from pi to `maxFrequency / 2 * pi`, radians per unit.
  public static double[] of(int pairs, double maxFrequency) {
    if (pairs < 1 || !(maxFrequency > 0) || Double.isInfinite(maxFrequency)) {
      throw new IllegalArgumentException(
          "pixel frequencies need at least 1 pair and a max_freq above 0, but they are "
              + pairs
              + " and "
              + maxFrequency);
    }
    double[] frequencies = new double[pairs];
    for (int i = 0; i < pairs; i++) {
      frequencies[i] = spaced(1, maxFrequency / 2, i, pairs) * Math.PI;
    }
    return frequencies;
  }

  /// The angles of every pair at a place of a grid: the pairs of the first axis, then those of the
  /// second, and so on. Coordinates of each axis are evenly spaced from -1 to 1.
  ///
  /// @param place index along each axis
  /// @param shape size of each axis
  public static double[] axialAngles(double[] frequencies, int[] place, int[] shape) {
    if (place.length != shape.length) {
      throw new IllegalArgumentException(
          "a place of " + place.length + " axes is not in a grid of " + shape.length);
    }
    double[] angles = new double[shape.length * frequencies.length];
    for (int axis = 0; axis < shape.length; axis++) {
      double coordinate = spaced(-1, 1, place[axis], shape[axis]);
      for (int i = 0; i < frequencies.length; i++) {
        angles[axis * frequencies.length + i] = coordinate * frequencies[i];
      }
    }
    return angles;
  }

  private static double spaced(double from, double to, int index, int count) {
    return count == 1 ? from : from + (to - from) * index / (count - 1);
  }
}

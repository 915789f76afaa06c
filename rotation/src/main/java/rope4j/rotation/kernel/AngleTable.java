package rope4j.rotation.kernel;

/// Cosines and sines of consecutive rows, `pairs` per row, attention factor included.
///
/// @param pairs pairs of a row
/// @param cos one per pair
/// @param sin one per pair
public record AngleTable(int pairs, float[] cos, float[] sin) {

  /// A table of so many rows.
  public static AngleTable of(int pairs, int rows) {
    int size = Math.multiplyExact(pairs, rows);
    return new AngleTable(pairs, new float[size], new float[size]);
  }
}

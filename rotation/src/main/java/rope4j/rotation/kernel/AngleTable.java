package rope4j.rotation.kernel;

/// Cosines and sines of consecutive rows, `pairs` per row, attention factor included.
///
/// Vector kernels read them once more in an order that spares them shuffles inside the head loop;
/// [#spread] prepares it. For interleaved pairs that is one value per *channel*, with the sign the
/// channel needs; for half pairing, whose sixteen-bit channels come in words of two, it is each
/// row's even-numbered pairs and then its odd-numbered ones.
///
/// @param pairs pairs of a row
/// @param cos one per pair
/// @param sin one per pair
/// @param byChannel whether the second order is the interleaved one
/// @param orderedCos the cosines in the second order
/// @param orderedSin the sines in the second order
public record AngleTable(
    int pairs,
    float[] cos,
    float[] sin,
    boolean byChannel,
    float[] orderedCos,
    float[] orderedSin) {

  /// A table of so many rows.
  ///
  /// @param byChannel whether interleaved pairs will be rotated with it
  public static AngleTable of(int pairs, int rows, boolean byChannel) {
    int size = Math.multiplyExact(pairs, rows);
    int ordered = byChannel ? Math.multiplyExact(2, size) : size;
    return new AngleTable(
        pairs, new float[size], new float[size], byChannel, new float[ordered], new float[ordered]);
  }

  /// Copies these rows into the second order.
  public void spread(int firstRow, int rows) {
    for (int row = firstRow; row < firstRow + rows; row++) {
      if (byChannel) {
        toChannels(row * pairs);
      } else {
        toEvensAndOdds(row * pairs);
      }
    }
  }

  private void toChannels(int from) {
    for (int i = from; i < from + pairs; i++) {
      orderedCos[2 * i] = cos[i];
      orderedCos[2 * i + 1] = cos[i];
      orderedSin[2 * i] = -sin[i];
      orderedSin[2 * i + 1] = sin[i];
    }
  }

  private void toEvensAndOdds(int from) {
    int odds = from + oddsFrom();
    for (int i = 0; i + 1 < pairs; i += 2) {
      orderedCos[from + i / 2] = cos[from + i];
      orderedSin[from + i / 2] = sin[from + i];
      orderedCos[odds + i / 2] = cos[from + i + 1];
      orderedSin[odds + i / 2] = sin[from + i + 1];
    }
  }

  /// Where in a row of the second order the odd-numbered pairs of half pairing begin.
  int oddsFrom() {
    return pairs / 2;
  }
}

package rope4j.rotation.kernel;

/// Cosines and sines of consecutive rows, `pairs` per row, attention factor included.
///
/// The kernels for interleaved float32 read cosine and sine once per *channel*, with the sign that
/// the channel needs, so that no lane has to be repeated inside the head loop: [#spread] prepares
/// that.
///
/// @param pairs pairs of a row
/// @param cos one per pair
/// @param sin one per pair
/// @param channelCos cosine of each channel's pair; empty when not wanted
/// @param channelSin minus sine for even channels, sine for odd ones; empty when not wanted
public record AngleTable(
    int pairs, float[] cos, float[] sin, float[] channelCos, float[] channelSin) {

  private static final float[] NONE = {};

  /// A table of so many rows.
  ///
  /// @param byChannel whether interleaved float32 will be rotated with it
  public static AngleTable of(int pairs, int rows, boolean byChannel) {
    int size = Math.multiplyExact(pairs, rows);
    return new AngleTable(
        pairs,
        new float[size],
        new float[size],
        byChannel ? new float[Math.multiplyExact(2, size)] : NONE,
        byChannel ? new float[2 * size] : NONE);
  }

  /// Whether it can be spread over channels.
  public boolean byChannel() {
    return channelCos != NONE;
  }

  /// Copies these rows from pairs to channels.
  public void spread(int firstRow, int rows) {
    if (!byChannel()) {
      return;
    }
    for (int i = firstRow * pairs; i < (firstRow + rows) * pairs; i++) {
      channelCos[2 * i] = cos[i];
      channelCos[2 * i + 1] = cos[i];
      channelSin[2 * i] = -sin[i];
      channelSin[2 * i + 1] = sin[i];
    }
  }
}

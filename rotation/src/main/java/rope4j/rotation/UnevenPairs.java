package rope4j.rotation;

/// Pairs whose two channels turn by *different* angles. That is no rotation: norms and the
/// relative-position law are lost. It exists to meet Transformers' HunYuan-VL, which deals its axes
/// out to channels instead of pairs, so that channel `i` and its partner `i + d/2` read different
/// axes; vLLM deals them out to pairs ([PairAxes#sections]).
///
/// Source: Transformers `modeling_hunyuan_vl.py`, `apply_rotary_pos_emb_xdrope`.
///
/// @param first the angles of the first channel of each pair
/// @param second the angles of the second channel of each pair
public record UnevenPairs(Rotation first, Rotation second) {

  public UnevenPairs {
    if (!first.layout().equals(second.layout())) {
      throw new IllegalArgumentException(
          "both channels of a pair must have one layout, but they have "
              + first.layout()
              + " and "
              + second.layout());
    }
    if (first.layout().read() != Pairing.HALF || first.layout().write() != Pairing.HALF) {
      throw new IllegalArgumentException(
          "uneven pairs exist for half pairing only, but the layout is " + first.layout());
    }
  }

  /// HunYuan-VL's: sections count channels of the doubled table, twice `xdrope_section`.
  public static UnevenPairs hunYuan(Rotation rotation, int... xdropeSection) {
    int[] channels = new int[xdropeSection.length];
    for (int a = 0; a < channels.length; a++) {
      channels[a] = 2 * xdropeSection[a];
    }
    int[] axis = PairAxes.sections(channels).axis();
    int pairs = rotation.layout().pairs();
    if (axis.length != 2 * pairs) {
      throw new IllegalArgumentException(
          "xdrope_section names " + axis.length / 2 + " pairs, but " + pairs + " rotate");
    }
    int[] low = java.util.Arrays.copyOf(axis, pairs);
    int[] high = java.util.Arrays.copyOfRange(axis, pairs, 2 * pairs);
    return new UnevenPairs(
        rotation.withAxes(new PairAxes(low, new boolean[pairs])),
        rotation.withAxes(new PairAxes(high, new boolean[pairs])));
  }

  /// Turns one head in place.
  ///
  /// @param firstTable a table of [#first]
  /// @param secondTable a table of [#second], filled alike
  /// @param row row of both tables
  public void rotate(float[] x, int offset, CosSin firstTable, CosSin secondTable, int row) {
    Layout layout = first.layout();
    int base = offset + layout.firstChannel();
    for (int i = 0; i < layout.pairs(); i++) {
      float a = x[base + i];
      float b = x[base + i + layout.pairs()];
      x[base + i] = a * firstTable.cos(row, i) - b * firstTable.sin(row, i);
      x[base + i + layout.pairs()] = b * secondTable.cos(row, i) + a * secondTable.sin(row, i);
    }
  }
}

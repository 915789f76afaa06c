package rope4j.rotation;

/// xPos: besides turning, pair `i` of a query grows by `zeta_i^power` and of a key shrinks by the
/// same, so that scores decay with distance. `zeta_i = (2i + 0.4d) / (1.4d)`, `power = (p - centre)
/// / scaleBase`.
///
/// The centre is harmless as long as queries and cached keys share it; the implementations take
/// half of the *current* length, so that keys cached at another length are off by a constant
/// factor.
///
/// Source: Sun et al., arXiv 2212.10554; lucidrains/rotary-embedding-torch; flash-attention
/// `layers/rotary.py`.
///
/// @param rotaryDimension channels that rotate
/// @param scaleBase tokens per power (`scale_base`), 512 in both implementations
/// @param centre position whose power is 0
public record XPos(int rotaryDimension, double scaleBase, int centre) {

  public XPos {
    if (rotaryDimension < 2 || rotaryDimension % 2 != 0) {
      throw new IllegalArgumentException(
          "the rotary dimension (rope.dimension_count) must be even and at least 2, but it is "
              + rotaryDimension);
    }
    Checks.positive("xpos scale_base", scaleBase);
  }

  /// With the centre where the implementations put it for a sequence.
  public static XPos centredOn(int rotaryDimension, double scaleBase, int sequenceLength) {
    return new XPos(rotaryDimension, scaleBase, sequenceLength / 2);
  }

  /// What a query's pair is multiplied by; a key's is multiplied by the reciprocal.
  public double queryScale(int pair, int position) {
    double zeta = (2 * pair + 0.4 * rotaryDimension) / (1.4 * rotaryDimension);
    return Math.pow(zeta, (position - centre) / scaleBase);
  }

  /// Multiplies a table for queries, filled with the positions `firstPosition`, ….
  public void scaleQueries(CosSin table, int firstPosition) {
    scale(table, firstPosition, false);
  }

  /// Multiplies a table for keys, filled with the positions `firstPosition`, ….
  public void scaleKeys(CosSin table, int firstPosition) {
    scale(table, firstPosition, true);
  }

  private void scale(CosSin table, int firstPosition, boolean reciprocal) {
    for (int t = 0; t < table.tokens; t++) {
      for (int i = 0; i < table.pairs; i++) {
        double scale = queryScale(i, firstPosition + t);
        table.scale(t, i, (float) (reciprocal ? 1 / scale : scale));
      }
    }
  }
}

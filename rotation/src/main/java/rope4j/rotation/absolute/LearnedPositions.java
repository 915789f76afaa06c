package rope4j.rotation.absolute;

/// Which row of a learned table of positions each token takes: the tables begin at an offset.
public final class LearnedPositions {

  private LearnedPositions() {}

  /// RoBERTa: tokens count from `paddingId + 1` on, padding takes the row `paddingId` and does not
  /// count.
  ///
  /// Source: Transformers `modeling_roberta.py`, `create_position_ids_from_input_ids`.
  ///
  /// @param past tokens already in the cache
  public static int[] roberta(int[] tokenIds, int paddingId, int past) {
    int[] rows = new int[tokenIds.length];
    int count = past;
    for (int t = 0; t < rows.length; t++) {
      rows[t] = tokenIds[t] == paddingId ? paddingId : ++count + paddingId;
    }
    return rows;
  }

  /// OPT: attended tokens count from row 2 on, masked ones take row 1.
  ///
  /// Source: Transformers `modeling_opt.py`, `OPTLearnedPositionalEmbedding`.
  ///
  /// @param attended one per token, those in the cache included
  /// @param past tokens already in the cache, whose rows are left out
  public static int[] opt(boolean[] attended, int past) {
    int[] rows = new int[attended.length - past];
    int count = 0;
    for (int t = 0; t < attended.length; t++) {
      count += attended[t] ? 1 : 0;
      if (t >= past) {
        rows[t - past] = attended[t] ? count + 1 : 1;
      }
    }
    return rows;
  }
}

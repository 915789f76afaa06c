package rope4j.rotation.position;

/// Self-Extend: near keys keep their distance, all others are grouped.
///
/// Keys closer than the window are scored as ever; for the others positions are divided by the
/// group size, and queries are shifted so that the two regions meet: query `p/G + w - w/G`, key
/// `p/G`.
///
/// Source: Jin et al., arXiv 2401.01325; datamllab/LongLM. llama.cpp's `--grp-attn-n` and
/// `--grp-attn-w` do the same with integer positions in the cache.
///
/// @param group tokens that share a position (`G`), at least 1
/// @param window distances below it stay exact (`w`), at least 1 and a multiple of the group
public record SelfExtend(int group, int window) implements Remapping {

  public SelfExtend {
    if (group < 1 || window < 1 || window % group != 0) {
      throw new IllegalArgumentException(
          "self-extend needs a group of at least 1 and a window that is a multiple of it, but they are "
              + group
              + " and "
              + window);
    }
  }

  /// Where a query stands for keys outside the window.
  public int groupedQuery(int position) {
    return position / group + window - window / group;
  }

  /// Where a key outside the window stands.
  public int groupedKey(int position) {
    return position / group;
  }

  /// The longest context whose distances stay within a trained length.
  public long reach(int trainedLength) {
    return (long) (trainedLength - window) * group + window;
  }

  @Override
  public double distance(int query, int key) {
    Remapping.requireCausal(query, key);
    return query - key < window ? query - key : groupedQuery(query) - groupedKey(key);
  }
}

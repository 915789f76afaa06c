package rope4j.rotation.position;

/// Dual chunk attention: positions repeat from chunk to chunk, and a query is rotated three ways,
/// for keys of its own chunk, of the one before, and of all earlier ones.
///
/// Source: An et al., arXiv 2402.17463; vLLM `dual_chunk_rope.py`, which also has the two
/// "critical" ways without the clamp. With `c = chunkSize - localSize`, keys stand at `p mod c`.
///
/// @param chunkSize largest distance within the trained length (`chunk_size`)
/// @param localSize nearest tokens whose order is kept across a chunk border (`local_size`), below
///   the chunk size
public record DualChunk(int chunkSize, int localSize) implements Remapping {

  public DualChunk {
    if (localSize < 0 || chunkSize <= localSize) {
      throw new IllegalArgumentException(
          "dual chunk attention needs a chunk_size above a local_size of at least 0, but they are "
              + chunkSize
              + " and "
              + localSize);
    }
  }

  private int chunk() {
    return chunkSize - localSize;
  }

  /// Where a key stands.
  public int key(int position) {
    return position % chunk();
  }

  /// Where a query stands for keys of its own chunk.
  public int intra(int position) {
    return position % chunk();
  }

  /// Where a query stands for keys of the chunk before.
  public int successive(int position) {
    return Math.min(position % chunk() + chunk(), chunkSize);
  }

  /// Where a query stands for keys of all earlier chunks: the last successive place, whatever the
  /// position.
  public int inter() {
    return successive(chunk() - 1);
  }

  /// [#successive] without the clamp.
  public int successiveCritical(int position) {
    return position % chunk() + chunk();
  }

  /// [#inter] that keeps the order of queries.
  public int interCritical(int position) {
    return position % chunk() + chunkSize;
  }

  @Override
  public double distance(int query, int key) {
    Remapping.requireCausal(query, key);
    int apart = query / chunk() - key / chunk();
    int stands =
        switch (apart) {
          case 0 -> intra(query);
          case 1 -> successive(query);
          default -> inter();
        };
    return stands - key(key);
  }
}

package rope4j.checkpoint;

import java.util.List;

/// Where a tensor lies in a file and how to read it.
///
/// @param name for example `blk.0.attn_q.weight`
/// @param shape sizes in GGUF's order, the fastest-running dimension first: a weight matrix is
///   `[inputs, outputs]`
/// @param type how the elements are stored
/// @param offset first byte, counted from the start of the file
/// @param bytes length in bytes
public record TensorInfo(String name, List<Long> shape, TensorType type, long offset, long bytes) {

  public TensorInfo {
    shape = List.copyOf(shape);
  }

  /// Size of a dimension; 1 beyond the last one.
  public long dimension(int index) {
    return index < shape.size() ? shape.get(index) : 1;
  }

  /// Number of elements.
  public long elements() {
    long product = 1;
    for (long size : shape) {
      product *= size;
    }
    return product;
  }
}

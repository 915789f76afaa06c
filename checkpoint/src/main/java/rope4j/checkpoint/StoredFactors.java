package rope4j.checkpoint;

import java.util.List;

/// Which of a file's frequency factors a context gets.
///
/// Source: llama.cpp `llama-model.cpp` (`get_rope_factors`), `models/phimoe.cpp`.
final class StoredFactors {

  /// Contexts are rounded up to a multiple of this (`GGML_PAD(n_ctx, 256)`).
  private static final int CONTEXT_STEP = 256;

  private StoredFactors() {}

  /// The divisors of the pairs that rotate; empty when the file has none.
  static List<Double> of(ModelDescription model, int contextLength) {
    List<Double> stored = stored(model.rope(), contextLength, model.trainedLength());
    int pairs = model.rotaryDimension() / 2;
    // Tensors of phimoe have one for every pair of a head, also where only the first rotate.
    boolean ofTheWholeHead =
        model.architecture().equals("phimoe") && stored.size() == model.headDimension() / 2;
    return ofTheWholeHead && pairs < stored.size() ? stored.subList(0, pairs) : stored;
  }

  private static List<Double> stored(RopeMetadata rope, int contextLength, int trainedLength) {
    if (!rope.factors().isEmpty()) {
      return rope.factors();
    }
    long padded = Math.ceilDiv((long) contextLength, CONTEXT_STEP) * CONTEXT_STEP;
    return padded > trainedLength ? rope.longFactors() : rope.shortFactors();
  }
}

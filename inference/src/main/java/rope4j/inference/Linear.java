package rope4j.inference;

/// A weight matrix and what is added to its products.
///
/// @param bias one per row; empty where a model has none
record Linear(WeightMatrix weights, float[] bias) {

  int rows() {
    return weights.rows();
  }
}

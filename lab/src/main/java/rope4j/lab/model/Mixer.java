package rope4j.lab.model;

/// How the tokens of a layer hear of each other.
public enum Mixer {
  /// Causal softmax attention under the model's position encoding.
  ATTENTION,
  /// A gated linear recurrence: `state = a * state + key value`, read by the query; the decay `a`
  /// depends on the token.
  RECURRENCE,
  /// The same, with keys and queries rotated by their position: attention without softmax,
  /// decaying.
  RECURRENCE_FIXED,
  /// The same, rotated by a sum of steps that depend on the tokens so far (as in Mamba-3).
  RECURRENCE_CUMULATIVE;

  /// Whether it rotates, so that the model needs a rotation's frequencies.
  boolean rotates() {
    return this == RECURRENCE_FIXED || this == RECURRENCE_CUMULATIVE;
  }
}

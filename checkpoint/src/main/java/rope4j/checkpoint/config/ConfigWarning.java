package rope4j.checkpoint.config;

/// What Transformers only warns about when it reads a configuration.
record ConfigWarning(Kind kind, String message) {

  enum Kind {
    /// A key the rope type does not read.
    UNRECOGNISED_KEYS,
    /// A rope type without a check of its own; the model can't be built with it.
    UNKNOWN_TYPE,
    /// A number out of its range, or of the wrong type.
    OUT_OF_RANGE,
    /// A factor list of the wrong length.
    LIST_LENGTH,
    /// Bounds in the wrong order.
    ORDER,
    /// The factor is not the ratio of the two lengths.
    FACTOR_MISMATCH,
    /// The original length decides the factor.
    RATIO_DECIDES,
    /// A proportional rotation of the whole head.
    NO_PARTIAL
  }
}

package rope4j.checkpoint.config;

import rope4j.checkpoint.CheckpointException;

/// A key that a rope type can't do without: Transformers raises a `KeyError`.
final class MissingKeyException extends CheckpointException {

  private static final long serialVersionUID = 1;

  MissingKeyException(String message) {
    super(message);
  }
}

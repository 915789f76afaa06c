package rope4j.checkpoint;

/// A model file that can't be read or is not what it should be. The message is one sentence for a
/// user: what is wrong, where, and what to do.
public class CheckpointException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public CheckpointException(String message) {
    super(message);
  }

  public CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}

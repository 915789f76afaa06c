package rope4j.cli;

/// A file a user named can't be read or written, or flags don't go together. The message is one
/// sentence with a remedy.
final class InputException extends RuntimeException {

  private static final long serialVersionUID = 1;

  InputException(String message) {
    super(message);
  }
}

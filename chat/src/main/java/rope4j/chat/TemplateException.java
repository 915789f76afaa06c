package rope4j.chat;

import rope4j.checkpoint.CheckpointException;

/// A template can't be rendered, or refuses the conversation itself.
final class TemplateException extends CheckpointException {

  private static final long serialVersionUID = 1;

  TemplateException(String message) {
    super(message);
  }
}

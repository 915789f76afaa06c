package rope4j.chat;

/// One message of a conversation.
///
/// @param text what was said; control tokens written out in it are text, never control tokens
public record Message(Role role, String text) {

  /// What the model is told before the conversation.
  public static Message system(String text) {
    return new Message(Role.SYSTEM, text);
  }

  /// What a user says.
  public static Message user(String text) {
    return new Message(Role.USER, text);
  }

  /// What the model said.
  public static Message assistant(String text) {
    return new Message(Role.ASSISTANT, text);
  }
}

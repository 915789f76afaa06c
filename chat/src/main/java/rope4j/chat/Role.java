package rope4j.chat;

import java.util.Locale;

/// Who says a message.
public enum Role {
  SYSTEM,
  USER,
  ASSISTANT;

  /// As templates call it.
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}

package rope4j.chat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import rope4j.checkpoint.CheckpointException;
import rope4j.inference.Session;
import rope4j.inference.tokenizer.Tokenizer;

/// A conversation with a model: what was said, and the session that has read it. What the session
/// has already read of a text is not read again. Not safe for use by several threads at once.
///
/// ```java
/// Conversation conversation = new Conversation(template, tokenizer, session);
/// int[] unread = conversation.ask("Hello");
/// float[] logits = session.feed(unread);
/// // sample tokens and feed each to the session, until one ends the turn
/// conversation.answered("Hi there!");
/// ```
public final class Conversation {

  private final ChatTemplate template;
  private final Tokenizer tokenizer;
  private final Session session;
  private final List<Message> messages = new ArrayList<>();

  /// @param session a new one, which only this conversation feeds
  public Conversation(ChatTemplate template, Tokenizer tokenizer, Session session) {
    if (session.length() > 0) {
      throw new IllegalArgumentException("the session has already read something; give a new one");
    }
    this.template = template;
    this.tokenizer = tokenizer;
    this.session = session;
  }

  /// What was said so far.
  public List<Message> messages() {
    return List.copyOf(messages);
  }

  /// Tells the model something before the conversation. Where the template refuses such a message
  /// or leaves it out, it goes before what is said first, with an empty line between, as in
  /// llama.cpp.
  public void instruct(String text) {
    messages.add(Message.system(text));
  }

  /// Says something to the model.
  ///
  /// @return the tokens to feed to the session now, at least one; the session has been brought back
  ///   to where they follow
  /// @throws CheckpointException when the template can't be rendered, or refuses
  /// @throws IllegalArgumentException when the conversation no longer fits into the session; what
  ///   was said is not part of it then
  public int[] ask(String text) {
    messages.add(Message.user(text));
    try {
      int[] prompt = template.prompt(told(), tokenizer);
      if (prompt.length >= session.capacity()) {
        throw new IllegalArgumentException(
            "the conversation has "
                + prompt.length
                + " tokens, which leaves no room for an answer in a context of "
                + session.capacity()
                + "; give a larger one with --ctx-size");
      }
      int kept = session.prefix(prompt);
      session.truncate(kept);
      return Arrays.copyOfRange(prompt, kept, prompt.length);
    } catch (RuntimeException e) {
      messages.removeLast();
      throw e;
    }
  }

  /// The conversation as the template takes it.
  private List<Message> told() {
    Message first = messages.getFirst();
    if (first.role() != Role.SYSTEM || takes(first)) {
      return messages;
    }
    List<Message> folded = new ArrayList<>(messages.subList(1, messages.size()));
    folded.set(0, Message.user(first.text() + "\n\n" + folded.getFirst().text()));
    return folded;
  }

  private boolean takes(Message instruction) {
    try {
      return template.text(messages, tokenizer).contains(instruction.text().strip());
    } catch (TemplateException _) {
      return false;
    }
  }

  /// The answer has ended.
  ///
  /// @param text what the model said
  public void answered(String text) {
    messages.add(Message.assistant(text));
  }
}

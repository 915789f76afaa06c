package rope4j.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import rope4j.chat.ChatTemplate;
import rope4j.chat.Conversation;
import rope4j.checkpoint.model.GgufCheckpoint;
import rope4j.inference.Model;

/// A conversation on a terminal or by lines of standard input.
final class Chat {

  private final Conversation conversation;
  private final Answer answer;
  private final PrintWriter out;

  Chat(ChatTemplate template, Answer answer, Optional<String> system, PrintWriter out) {
    conversation = new Conversation(template, answer.tokenizer(), answer.session());
    this.answer = answer;
    this.out = out;
    system.ifPresent(conversation::instruct);
  }

  /// The template of a model, or the one the user named.
  static ChatTemplate template(Model model, ChatFlags flags) {
    if (flags.template().isPresent()) {
      return named(flags.template().get());
    }
    return ChatTemplate.of(model.checkpoint())
        .orElseThrow(() ->
            new InputException(
                "the model has no chat template ("
                    + (model.checkpoint() instanceof GgufCheckpoint
                        ? "tokenizer.chat_template"
                        : "chat_template.jinja, or chat_template in tokenizer_config.json")
                    + "), so it is likely none to talk with; "
                    + remedy()));
  }

  private static String remedy() {
    return "give one with --chat-template: "
        + String.join(", ", ChatTemplate.builtInNames())
        + ", or a file in Jinja";
  }

  private static ChatTemplate named(String name) {
    if (ChatTemplate.builtInNames().contains(name)) {
      return ChatTemplate.builtIn(name);
    }
    Path file;
    try {
      file = Path.of(name);
    } catch (InvalidPathException _) {
      throw refused(name, "can't be a file");
    }
    if (Files.isDirectory(file)) {
      throw refused(name, "is a folder");
    }
    if (!Files.isRegularFile(file)) {
      throw refused(name, "is no file and no template that ships");
    }
    try {
      return ChatTemplate.of(name, Files.readString(file));
    } catch (MalformedInputException _) {
      throw refused(name, "is not text (UTF-8)");
    } catch (IOException e) {
      throw refused(name, "can't be read: " + e.getMessage());
    }
  }

  private static InputException refused(String name, String why) {
    return new InputException("--chat-template " + name + " " + why + "; " + remedy());
  }

  /// One question and its answer.
  Answer.Said ask(String question, Stop stop) {
    int[] unread = conversation.ask(question);
    Answer.Said said = answer.write(unread, stop, out);
    conversation.answered(said.text());
    return said;
  }

  /// Questions line by line, until standard input or the user ends.
  void converse(Stop stop, Runnable invitation, Consumer<Answer.Said> afterwards) {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try {
      while (!stop.isAsked()) {
        invitation.run();
        stop.idle(true);
        String line = in.readLine();
        stop.idle(false);
        if (line == null) {
          return;
        }
        if (!line.isBlank()) {
          afterwards.accept(ask(line, stop));
        }
      }
    } catch (IOException e) {
      throw new InputException("standard input can't be read: " + e.getMessage());
    }
  }
}

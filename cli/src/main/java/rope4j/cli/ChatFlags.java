package rope4j.cli;

import java.util.Optional;
import picocli.CommandLine.Option;

/// How a model is talked to.
final class ChatFlags {

  @Option(
      names = "--chat",
      description =
          "Talk with the model in the words of its chat template: one answer to -p, or without it a"
              + " conversation by lines of standard input.")
  private boolean chat;

  @Option(
      names = "--system",
      paramLabel = "TEXT",
      description =
          "What the model is told before the conversation; with --chat. Where its template has no"
              + " place for that, it goes before the first question, as in llama.cpp.")
  private Optional<String> system = Optional.empty();

  @Option(
      names = "--chat-template",
      paramLabel = "NAME|FILE",
      description =
          "Another template than the model's: chatml, gemma, llama2, llama3, mistral, phi3, zephyr,"
              + " or a file in Jinja; with --chat.")
  private Optional<String> template = Optional.empty();

  boolean isAsked() {
    if (!chat && (system.isPresent() || template.isPresent())) {
      throw new InputException("--system and --chat-template need --chat");
    }
    return chat;
  }

  Optional<String> system() {
    return system;
  }

  Optional<String> template() {
    return template;
  }
}

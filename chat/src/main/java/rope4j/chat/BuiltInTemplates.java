package rope4j.chat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/// Templates for models whose files have none.
final class BuiltInTemplates {

  static final List<String> NAMES =
      List.of("chatml", "gemma", "llama2", "llama3", "mistral", "phi3", "zephyr");

  private BuiltInTemplates() {}

  static ChatTemplate of(String name) {
    if (!NAMES.contains(name)) {
      throw new IllegalArgumentException(
          "there is no chat template " + name + "; known are " + String.join(", ", NAMES));
    }
    try (InputStream in =
        Objects.requireNonNull(
            BuiltInTemplates.class.getResourceAsStream("templates/" + name + ".jinja"))) {
      return ChatTemplate.of(name, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

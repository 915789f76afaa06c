package rope4j.chat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.json.JsonFile;

/// Templates of Hugging Face folders.
final class FolderTemplates {

  private static final int MOST_BYTES = 16 << 20;

  private FolderTemplates() {}

  static Optional<ChatTemplate> of(Path folder) {
    Path own = folder.resolve("chat_template.jinja");
    if (Files.isRegularFile(own)) {
      return Optional.of(ChatTemplate.of(own.toString(), read(own)));
    }
    Path config = folder.resolve("tokenizer_config.json");
    if (!Files.isRegularFile(config)) {
      return Optional.empty();
    }
    return JsonFile.read(config, MOST_BYTES)
        .get("chat_template")
        .flatMap(FolderTemplates::source)
        .map(source -> ChatTemplate.of(config + ", chat_template", source));
  }

  /// One template, or a list of named ones.
  private static Optional<String> source(Object value) {
    return switch (value) {
      case String text -> Optional.of(text);
      case List<?> named ->
          named.stream()
              .filter(entry -> entry instanceof Map<?, ?> map && "default".equals(map.get("name")))
              .flatMap(entry ->
                  entry instanceof Map<?, ?> map && map.get("template") instanceof String text
                      ? java.util.stream.Stream.of(text)
                      : java.util.stream.Stream.empty())
              .findFirst();
      default -> Optional.empty();
    };
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new CheckpointException(file + " can't be read as text: " + e.getMessage(), e);
    }
  }
}

package rope4j.inference;

import java.nio.file.Path;

/// The small random models of the fixtures.
final class Zoo {

  private Zoo() {}

  static Model load(String name) {
    return Model.load(path(name), 2);
  }

  static Path path(String name) {
    return Path.of("src/test/resources/parity/zoo/models", name + ".gguf");
  }
}

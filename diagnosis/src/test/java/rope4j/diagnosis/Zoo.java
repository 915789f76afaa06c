package rope4j.diagnosis;

import java.nio.file.Path;
import java.util.Random;
import rope4j.inference.Model;

/// Small random models whose numbers llama.cpp vouches for; they lie with the module that runs
/// them.
final class Zoo {

  private Zoo() {}

  /// Trained on 64 tokens, as its file says.
  static Model llamaGqa() {
    return Model.load(path("llama-gqa"));
  }

  static Path path(String name) {
    return Path.of("../inference/src/test/resources/parity/zoo/models", name + ".gguf");
  }

  static int[] tokens(int count) {
    return new Random(3).ints(count, 3, 288).toArray();
  }
}

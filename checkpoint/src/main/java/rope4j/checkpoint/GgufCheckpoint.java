package rope4j.checkpoint;

import java.nio.file.Path;

/// A model in one GGUF file.
public final class GgufCheckpoint implements Checkpoint {

  private final GgufFile file;
  private final ModelDescription description;
  private final ModelFacts facts;

  GgufCheckpoint(GgufFile file, ModelDescription description, ModelFacts facts) {
    this.file = file;
    this.description = description;
    this.facts = facts;
  }

  /// The file: keys, tensors.
  public GgufFile file() {
    return file;
  }

  /// The hyper-parameters as llama.cpp reads them.
  public ModelDescription description() {
    return description;
  }

  @Override
  public Path path() {
    return file.path();
  }

  @Override
  public ModelFacts facts() {
    return facts;
  }

  @Override
  public void close() {
    file.close();
  }
}

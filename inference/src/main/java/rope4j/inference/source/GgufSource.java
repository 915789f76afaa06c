package rope4j.inference.source;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import rope4j.checkpoint.AttentionWindows;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.LlamaCppRope;
import rope4j.checkpoint.Metadata;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.TensorInfo;
import rope4j.checkpoint.Vocabulary;
import rope4j.checkpoint.model.Checkpoint;
import rope4j.checkpoint.model.GgufCheckpoint;
import rope4j.inference.tokenizer.Tokenizer;
import rope4j.rotation.LayerRotations;
import rope4j.rotation.Precision;
import rope4j.rotation.RopeParameters;

/// A model in a GGUF file.
public final class GgufSource implements ModelSource {

  private final GgufFile file;
  private Optional<ModelDescription> description = Optional.empty();
  private Optional<AttentionWindows> windows = Optional.empty();

  private GgufSource(GgufFile file) {
    this.file = file;
  }

  static GgufSource open(Path path) {
    return new GgufSource(GgufFile.open(path));
  }

  // Not when it is opened: another architecture may lack what these ask for.
  @Override
  public ModelDescription description() {
    if (description.isEmpty()) {
      description = Optional.of(ModelDescription.of(file));
    }
    return description.get();
  }

  @Override
  public AttentionWindows windows() {
    if (windows.isEmpty()) {
      windows = Optional.of(AttentionWindows.of(file));
    }
    return windows.get();
  }

  @Override
  public Metadata metadata() {
    return file.metadata();
  }

  @Override
  public Optional<String> activation() {
    return Optional.empty();
  }

  @Override
  public List<TensorInfo> tensors() {
    return file.tensors();
  }

  @Override
  public Optional<TensorInfo> tensor(String name) {
    return file.tensor(name);
  }

  @Override
  public String nameInFile(String name) {
    return name;
  }

  @Override
  public MemorySegment data(TensorInfo tensor, int slice, int slices) {
    long bytes = tensor.bytes() / slices;
    return file.data(tensor).asSlice(slice * bytes, bytes);
  }

  @Override
  public LayerRotations rotations(RopeOverrides flags, int contextLength) {
    return LlamaCppRope.everyLayer(description(), windows(), flags, contextLength);
  }

  @Override
  public RopeParameters rope(RopeOverrides flags, int contextLength) {
    return LlamaCppRope.layers(description(), flags, contextLength).getFirst().parameters();
  }

  @Override
  public Precision precision() {
    return Precision.LLAMA_CPP;
  }

  @Override
  public Tokenizer tokenizer() {
    return Tokenizer.of(Vocabulary.of(file));
  }

  @Override
  public Checkpoint checkpoint() {
    return GgufCheckpoint.of(file);
  }

  @Override
  public void close() {
    file.close();
  }
}

package rope4j.checkpoint;

import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;

/// Which layers see only part of what is before them, as llama.cpp reads a GGUF file.
///
/// @param window tokens that a windowed layer sees, the token itself included; empty when every
///   layer sees all
/// @param chunked whether windows begin at multiples of their length instead of moving along
/// @param windowed one per layer
public record AttentionWindows(OptionalInt window, boolean chunked, List<Boolean> windowed) {

  /// llama.cpp sets it whatever the file says.
  private static final int LLAMA4_CHUNK = 8192;

  public AttentionWindows {
    windowed = List.copyOf(windowed);
  }

  /// Reads them from an open file.
  ///
  /// @throws CheckpointException when the keys make no sense
  public static AttentionWindows of(GgufFile file) {
    ModelDescription model = ModelDescription.of(file);
    if (model.layers() > GgufLayers.MOST) {
      throw new CheckpointException(
          model.architecture()
              + ".block_count is "
              + model.layers()
              + ", but a model has at most "
              + GgufLayers.MOST
              + " layers: the file is damaged; download it again");
    }
    GgufLayers layers =
        new GgufLayers(new GgufFacts(file), model.layers(), model.heads(), model.headDimension());
    boolean chunked = model.architecture().equals("llama4");
    if (layers.window().isEmpty() || layers.types().isEmpty()) {
      return new AttentionWindows(
          OptionalInt.empty(), false, Collections.nCopies(model.layers(), false));
    }
    return new AttentionWindows(
        OptionalInt.of(chunked ? LLAMA4_CHUNK : layers.window().orElseThrow().value()),
        chunked,
        layers.types().stream().map(type -> !type.equals("full_attention")).toList());
  }

  /// Whether a layer, counted from 0, is windowed.
  public boolean isWindowed(int layer) {
    return windowed.get(layer);
  }
}

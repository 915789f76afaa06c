package rope4j.checkpoint;

import java.util.OptionalDouble;
import java.util.OptionalInt;

/// What a GGUF file says about its layers with sliding-window attention; every part is empty where
/// it does not say.
///
/// @param window `attention.sliding_window`, tokens; 0 counts as absent
/// @param base `rope.freq_base_swa`
/// @param headDimension `attention.key_length_swa`
/// @param rotaryDimension `rope.dimension_count_swa`; most architectures read it for all layers or
///   for none, which [ModelDescription#rotaryDimension] says
public record SlidingMetadata(
    OptionalInt window,
    OptionalDouble base,
    OptionalInt headDimension,
    OptionalInt rotaryDimension) {

  /// A file without such layers.
  public static final SlidingMetadata NONE =
      new SlidingMetadata(
          OptionalInt.empty(), OptionalDouble.empty(), OptionalInt.empty(), OptionalInt.empty());

  static SlidingMetadata of(Metadata metadata, String architecture) {
    OptionalInt window = metadata.count(architecture + ".attention.sliding_window");
    return new SlidingMetadata(
        window.orElse(0) == 0 ? OptionalInt.empty() : window,
        RopeMetadata.finite(metadata, architecture + ".rope.freq_base_swa"),
        metadata.count(architecture + ".attention.key_length_swa"),
        metadata.count(architecture + ".rope.dimension_count_swa"));
  }
}

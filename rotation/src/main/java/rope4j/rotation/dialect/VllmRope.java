package rope4j.rotation.dialect;

import rope4j.rotation.Layout;
import rope4j.rotation.PairAxes;
import rope4j.rotation.Precision;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Rotation;

/// What vLLM's `get_rope` makes of a rope dictionary.
///
/// @param className the class it picks
/// @param parameters dimensions, base, pairing and scaling
/// @param layout where the pairs lie in a head
/// @param axes which position each pair reads
/// @param contextLength the length its frequencies are computed for, once and for all
/// @param cacheRows rows of its table: a position beyond reads out of range there
public record VllmRope(
    String className,
    RopeParameters parameters,
    Layout layout,
    PairAxes axes,
    int contextLength,
    long cacheRows) {

  /// The rotation in vLLM's own float32 arithmetic.
  public Rotation rotation() {
    return Rotation.of(parameters, layout, contextLength, Precision.VLLM).withAxes(axes);
  }
}

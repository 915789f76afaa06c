package rope4j.checkpoint.config;

import java.util.List;
import java.util.Optional;
import rope4j.rotation.Frequencies;
import rope4j.rotation.Pairing;
import rope4j.rotation.RopeParameters;

/// How the layers of one type rotate, in one engine's reading.
///
/// @param layerType for example `full_attention`; empty when all rotating layers are alike
/// @param ropeType the engine's own word: `rope_type`, or `rope.scaling.type` in llama.cpp
/// @param headDimension channels of a head; in DeepSeek's attention those of its rotating part
/// @param rotaryDimension channels that rotate
/// @param pairing which two channels turn together
/// @param base `rope_theta`, before any scaling
/// @param trainedLength the length before scaling, tokens
/// @param frequencies what the engine computes
/// @param parameters the same as a rule; empty for a configuration that gives frequencies but no
///   rotation (an odd rotary dimension, a base of 1)
public record LayerRope(
    Optional<String> layerType,
    String ropeType,
    int headDimension,
    int rotaryDimension,
    Pairing pairing,
    double base,
    int trainedLength,
    Frequencies frequencies,
    Optional<RopeParameters> parameters) {

  /// Layers that rotate by a rule.
  ///
  /// @param length tokens the frequencies are for
  public static LayerRope of(
      Optional<String> layerType, String ropeType, RopeParameters parameters, int length) {
    return new LayerRope(
        layerType,
        ropeType,
        parameters.headDimension(),
        parameters.rotaryDimension(),
        parameters.pairing(),
        parameters.base(),
        parameters.trainedLength(),
        parameters.frequencies(length),
        Optional.of(parameters));
  }

  /// The layers of the same type in another reading; all of its layers where it does not tell them
  /// apart.
  public Optional<LayerRope> counterpart(List<LayerRope> others) {
    return others.stream()
        .filter(other -> other.layerType.equals(layerType))
        .findFirst()
        .or(() -> others.size() == 1 ? Optional.of(others.getFirst()) : Optional.empty());
  }

  /// The frequencies that the base alone would give.
  public Frequencies unscaled() {
    return Frequencies.unscaled(base, rotaryDimension);
  }
}

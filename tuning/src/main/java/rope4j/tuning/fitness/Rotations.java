package rope4j.tuning.fitness;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import rope4j.checkpoint.AttentionWindows;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.LlamaCppRope;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.RopeScalingType;
import rope4j.checkpoint.patch.FactorTensors;
import rope4j.checkpoint.patch.RopePatch;
import rope4j.inference.Model;
import rope4j.inference.ModelRotation;
import rope4j.rotation.LayerRotations;
import rope4j.rotation.Precision;
import rope4j.rotation.StartTokensUnscaled;
import rope4j.tuning.space.Candidate;

/// Candidates as rotations of a model: what llama.cpp would make of a copy of the file that has
/// their divisors; and with start tokens, what it would if it had those.
public final class Rotations {

  private final Model model;
  private final GgufFile file;
  private final AttentionWindows windows;
  private final int contextLength;

  /// @param model one of a GGUF file
  public Rotations(Model model, GgufFile file, int contextLength) {
    this.model = model;
    this.file = file;
    this.windows = AttentionWindows.of(file);
    this.contextLength = contextLength;
  }

  /// The rotation the model was trained with, on texts no longer than that.
  ModelRotation original() {
    return model.rotation(
        RopeOverrides.NONE.withScalingType(RopeScalingType.NONE),
        model.description().trainedLength());
  }

  ModelRotation of(Candidate candidate) {
    RopePatch.RotationCheck patched = patch(file, candidate, OptionalInt.empty()).rotation();
    LayerRotations layers =
        LlamaCppRope.everyLayer(patched.original(), windows, patched.flags(), contextLength);
    return model.rotation(
        candidate.runnable() ? layers : sparing(candidate.startTokens(), layers),
        contextLength,
        Precision.LLAMA_CPP);
  }

  private static LayerRotations sparing(int startTokens, LayerRotations layers) {
    return new LayerRotations(
        layers.layers().stream()
            .map(layer ->
                layer.map(parameters ->
                    parameters.withScaling(
                        new StartTokensUnscaled(parameters.scaling(), startTokens))))
            .toList());
  }

  /// The keys and tensors that make llama.cpp rotate a file as a candidate does, which needs no
  /// start tokens.
  ///
  /// @param contextLength the length it is to advertise; empty for the one it has
  public static RopePatch patch(GgufFile file, Candidate candidate, OptionalInt contextLength) {
    ModelDescription model = ModelDescription.of(file);
    Optional<FactorTensors.Divisors> divisors =
        Optional.of(new FactorTensors.Given(candidate.divisors()));
    // A file that has factors for long contexts gets others for these alone.
    boolean longAndShort = !model.rope().longFactors().isEmpty();
    FactorTensors tensors =
        longAndShort
            ? new FactorTensors(Optional.empty(), divisors, Optional.empty())
            : new FactorTensors(divisors, Optional.empty(), Optional.empty());
    // The key multiplies the file's own attention factor.
    RopeOverrides flags =
        RopeOverrides.NONE.withYarnAttentionFactor(
            candidate.attentionFactor() / model.rope().attentionFactor());
    return RopePatch.of(
        file,
        longAndShort ? flags : flags.withScalingType(RopeScalingType.NONE),
        contextLength,
        tensors,
        Set.of());
  }
}

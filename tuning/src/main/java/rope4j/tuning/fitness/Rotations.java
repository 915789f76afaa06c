package rope4j.tuning.fitness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import rope4j.checkpoint.AttentionWindows;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.LlamaCppRope;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.RopeScalingType;
import rope4j.checkpoint.config.HuggingFaceConfig;
import rope4j.checkpoint.config.TransformersRope;
import rope4j.checkpoint.model.FolderCheckpoint;
import rope4j.checkpoint.model.GgufCheckpoint;
import rope4j.checkpoint.patch.FactorTensors;
import rope4j.checkpoint.patch.RopePatch;
import rope4j.diagnosis.recipe.RecipeModel;
import rope4j.inference.Model;
import rope4j.inference.ModelRotation;
import rope4j.rotation.LayerRotations;
import rope4j.rotation.Precision;
import rope4j.rotation.StartTokensUnscaled;
import rope4j.tuning.space.Candidate;

/// Candidates as rotations of a model: what its engine would make of a copy of its files that has
/// them, which is llama.cpp for a GGUF file and Transformers for a folder; and with start tokens,
/// what that would make of them if it had such.
public final class Rotations {

  private static final RopeOverrides UNSCALED =
      RopeOverrides.NONE.withScalingType(RopeScalingType.NONE);

  private final Model model;
  private final int contextLength;
  private final Function<Candidate, LayerRotations> layers;
  private final Precision precision;
  private final RopeOverrides trained;

  public Rotations(Model model, int contextLength) {
    this.model = model;
    this.contextLength = contextLength;
    switch (model.checkpoint()) {
      case GgufCheckpoint gguf -> {
        AttentionWindows windows = AttentionWindows.of(gguf.file());
        this.precision = Precision.LLAMA_CPP;
        // It leaves the short factors of a file in force.
        this.trained = UNSCALED;
        this.layers = candidate -> ofFile(gguf.file(), windows, candidate);
      }
      case FolderCheckpoint folder -> {
        RecipeModel config = RecipeModel.of(folder.path().toString(), folder);
        byte[] original = config(folder.path());
        this.precision = Precision.TRANSFORMERS;
        // Short factors are part of what was trained; any other scaling was put on for longer
        // texts.
        this.trained =
            config.own().filter(own -> own.type().equals("longrope")).isPresent()
                ? RopeOverrides.NONE
                : UNSCALED;
        this.layers = candidate -> ofFolder(config, original, candidate);
      }
    }
  }

  /// The rotation the model was trained with, on texts no longer than that.
  ModelRotation original() {
    return model.rotation(trained, model.description().trainedLength());
  }

  ModelRotation of(Candidate candidate) {
    LayerRotations scaled = layers.apply(candidate);
    return model.rotation(
        candidate.runnable() ? scaled : sparing(candidate.startTokens(), scaled),
        contextLength,
        precision);
  }

  private LayerRotations ofFile(GgufFile file, AttentionWindows windows, Candidate candidate) {
    RopePatch.RotationCheck patched = patch(file, candidate, OptionalInt.empty()).rotation();
    return LlamaCppRope.everyLayer(patched.original(), windows, patched.flags(), contextLength);
  }

  private LayerRotations ofFolder(RecipeModel config, byte[] original, Candidate candidate) {
    byte[] patched = ConfigRotation.patch(config, candidate, contextLength).apply(original);
    return TransformersRope.everyLayer(
        HuggingFaceConfig.parse("config.json", patched), RopeOverrides.NONE, contextLength);
  }

  private static byte[] config(Path path) {
    Path file = Files.isDirectory(path) ? path.resolve("config.json") : path;
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new CheckpointException(file + ": the file can't be read (" + e.getMessage() + ")", e);
    }
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

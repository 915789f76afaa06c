package rope4j.diagnosis.comparison;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.RopeMetadata;
import rope4j.checkpoint.RopeScalingType;
import rope4j.checkpoint.SlidingMetadata;
import rope4j.checkpoint.config.HuggingFaceConfig;

/// The `config.json` that says what a GGUF file says, where there is one.
final class EquivalentConfig {

  private static final String BEGIN = "Transformers' configuration can't be told from this file, ";

  private EquivalentConfig() {}

  /// The configuration.
  ///
  /// @throws CheckpointException when the file does not hold enough of it
  static HuggingFaceConfig of(ModelDescription model) {
    RopeMetadata rope = model.rope();
    if (!rope.factors().isEmpty()) {
      throw new CheckpointException(
          BEGIN + "as it stores finished frequency factors instead of a rule");
    }
    if (!rope.sliding().equals(SlidingMetadata.NONE) || rope.yarnLogMultiplier().isPresent()) {
      throw new CheckpointException(
          BEGIN + "as architecture " + model.architecture() + " has keys of its own there");
    }
    if (rope.attentionFactor() != 1 && rope.longFactors().isEmpty()) {
      throw new CheckpointException(
          BEGIN + "as rope.scaling.attn_factor multiplies what no key of it says");
    }
    boolean partial = model.rotaryDimension() != model.headDimension();
    List<String> keys = new ArrayList<>();
    // A class that honours the partial factor unscaled, or any ordinary one.
    keys.add("\"model_type\": " + (partial ? "\"glm\"" : "\"llama\""));
    keys.add("\"head_dim\": " + model.headDimension());
    keys.add("\"max_position_embeddings\": " + model.contextLength());
    keys.add("\"rope_theta\": " + rope.base());
    if (partial) {
      keys.add(
          "\"partial_rotary_factor\": " + (double) model.rotaryDimension() / model.headDimension());
    }
    List<String> scaling = scaling(model);
    if (!scaling.isEmpty()) {
      keys.add("\"rope_scaling\": {" + String.join(", ", scaling) + "}");
    }
    return HuggingFaceConfig.parse(
        model.name().orElse(model.architecture()),
        ("{" + String.join(", ", keys) + "}").getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> scaling(ModelDescription model) {
    RopeMetadata rope = model.rope();
    List<String> keys = new ArrayList<>();
    if (!rope.longFactors().isEmpty()) {
      keys.add("\"rope_type\": \"longrope\"");
      keys.add("\"short_factor\": " + rope.shortFactors());
      keys.add("\"long_factor\": " + rope.longFactors());
      keys.add("\"original_max_position_embeddings\": " + model.trainedLength());
      keys.add("\"factor\": " + (double) model.contextLength() / model.trainedLength());
      keys.add("\"attention_factor\": " + rope.attentionFactor());
    } else if (rope.scalingType().equals(Optional.of(RopeScalingType.YARN))) {
      keys.add("\"rope_type\": \"yarn\"");
      keys.add("\"factor\": " + rope.factor().orElse(1));
      keys.add("\"original_max_position_embeddings\": " + model.trainedLength());
      add(keys, "attention_factor", rope.yarnAttnFactor());
      add(keys, "beta_fast", rope.yarnBetaFast());
      add(keys, "beta_slow", rope.yarnBetaSlow());
    } else if (rope.factor().orElse(1) != 1
        && !rope.scalingType().equals(Optional.of(RopeScalingType.NONE))) {
      keys.add("\"rope_type\": \"linear\"");
      keys.add("\"factor\": " + rope.factor().orElseThrow());
    }
    return keys;
  }

  private static void add(List<String> keys, String key, OptionalDouble value) {
    value.ifPresent(number -> keys.add("\"" + key + "\": " + number));
  }
}

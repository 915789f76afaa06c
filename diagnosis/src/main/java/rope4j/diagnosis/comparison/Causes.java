package rope4j.diagnosis.comparison;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.LlamaCppRope;
import rope4j.checkpoint.config.ConfigRope;
import rope4j.checkpoint.config.LayerRope;
import rope4j.checkpoint.config.RopeDifference;
import rope4j.checkpoint.model.Checkpoint;
import rope4j.checkpoint.model.FolderCheckpoint;
import rope4j.checkpoint.model.GgufCheckpoint;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.engine.Engine.Format;

/// Why engines rotate a model differently, as far as their sources tell.
///
/// @param checkpoint the model
/// @param parameters the rotation after Transformers' normalisation; empty where there is none
/// @param deepSeek whether `mscale` belongs to the model's attention
record Causes(Checkpoint checkpoint, Map<String, @Nullable Object> parameters, boolean deepSeek) {

  private static final Set<Engine> VLLM = Set.of(Engine.VLLM, Engine.SGLANG);

  /// One known reason.
  ///
  /// @param holds whether it applies to a difference
  /// @param sentence the reason
  private record Cause(Predicate<RopeDifference> holds, String sentence) {}

  static Causes of(Checkpoint checkpoint) {
    String type = checkpoint.facts().architecture().value();
    return new Causes(
        checkpoint, parameters(checkpoint), type.startsWith("deepseek") || type.startsWith("kimi"));
  }

  private static Map<String, @Nullable Object> parameters(Checkpoint checkpoint) {
    if (!(checkpoint instanceof FolderCheckpoint folder)) {
      return Map.of();
    }
    try {
      ConfigRope rope = folder.config().rope();
      return rope.parameters();
    } catch (CheckpointException e) {
      return Map.of();
    }
  }

  /// The reasons for one engine's difference in the layers of one type.
  List<String> of(
      Engine right,
      EngineReading other,
      LayerRope layer,
      RopeDifference atLength,
      RopeDifference shortText) {
    if (atLength.none() && shortText.none()) {
      return List.of();
    }
    Map<?, ?> keys = dictionary(layer);
    List<Cause> known = new ArrayList<>();
    if (checkpoint instanceof GgufCheckpoint gguf) {
      ofFile(gguf, right, other.engine(), known);
    } else if (VLLM.contains(other.engine())) {
      ofVllm(other.engine().title(), layer.ropeType(), keys, known);
    } else if (other.engine() == Engine.TRANSFORMERS) {
      known.add(
          new Cause(
              _ -> true, "Transformers passes over truncate in dictionaries of layer types."));
    } else if (isLlamaCpp(other.engine())) {
      ofLlamaCpp(other.engine().title(), layer.ropeType(), keys, known);
    }
    if (isJava(other.engine())) {
      ofJava(other, layer, known);
    }
    List<String> sentences =
        known.stream()
            .filter(cause -> cause.holds.test(atLength) || cause.holds.test(shortText))
            .map(Cause::sentence)
            .toList();
    return sentences.isEmpty()
        ? List.of("The reason is not known here; rope frequencies shows both readings.")
        : sentences;
  }

  private Map<?, ?> dictionary(LayerRope layer) {
    Object own = parameters.get(layer.layerType().orElse("full_attention"));
    return own instanceof Map<?, ?> map ? map : parameters;
  }

  private static boolean isLlamaCpp(Engine engine) {
    return engine.format() == Format.GGUF && !isJava(engine);
  }

  private static boolean isJava(Engine engine) {
    return Set.of(Engine.JLAMA, Engine.LLAMA3_JAVA, Engine.GPULLAMA3).contains(engine);
  }

  private static boolean frequencies(RopeDifference difference) {
    return !difference.samePairs() || difference.worstRelative() > 0;
  }

  private static boolean magnitude(RopeDifference difference) {
    return difference.magnitudeRatio() != 1;
  }

  private static boolean softmax(RopeDifference difference) {
    return difference.softmaxRatio() != 1;
  }

  private void ofVllm(String engine, String type, Map<?, ?> keys, List<Cause> known) {
    switch (type) {
      case "dynamic" ->
          known.add(
              new Cause(
                  Causes::frequencies,
                  engine
                      + " works dynamic NTK out once, and scales only with max_trained_positions in"
                      + " the dictionary; Transformers follows the length of the text."));
      case "longrope" -> {
        known.add(byContext(engine));
        known.add(
            new Cause(
                Causes::magnitude,
                engine
                    + " works the attention factor out of the lengths, whatever the file says."));
      }
      case "yarn" -> {
        if (has(keys, "mrope_section")) {
          known.add(
              new Cause(
                  Causes::frequencies,
                  engine
                      + " computes YaRN's ramp for four times the original length when there are"
                      + " sections for several axes."));
        }
        ofMagnitudes(engine, keys, known);
        if (has(keys, "attn_factor")) {
          known.add(new Cause(Causes::magnitude, "Only vLLM and SGLang read attn_factor."));
        }
      }
      case "proportional" ->
          known.add(
              new Cause(Causes::frequencies, engine + " does not read factor for proportional."));
      case "default" ->
          known.add(
              new Cause(
                  Causes::frequencies,
                  engine
                      + " honours partial_rotary_factor; this model's class in Transformers does not"
                      + " when nothing is scaled."));
      default -> {}
    }
  }

  private void ofLlamaCpp(String engine, String type, Map<?, ?> keys, List<Cause> known) {
    switch (type) {
      case "dynamic" ->
          known.add(
              new Cause(
                  Causes::frequencies,
                  "llama.cpp's converter drops dynamic, so "
                      + engine
                      + " runs the model unscaled."));
      case "longrope" -> {
        known.add(byContext(engine));
        known.add(
            new Cause(
                Causes::magnitude,
                "llama.cpp's converter works the attention factor out of the lengths, or writes"
                    + " none."));
      }
      case "yarn" -> {
        if (Boolean.FALSE.equals(keys.get("truncate"))) {
          known.add(
              new Cause(
                  Causes::frequencies,
                  engine
                      + " always rounds the ends of YaRN's ramp to whole pairs; truncate is lost in"
                      + " the conversion."));
        }
        if (differs(keys, "beta_fast", 32) || differs(keys, "beta_slow", 1)) {
          known.add(
              new Cause(
                  Causes::frequencies,
                  engine + " reads beta_fast and beta_slow for grok and mistral3 only."));
        }
        ofMagnitudes(engine, keys, known);
        if (deepSeek) {
          known.add(
              new Cause(
                  Causes::softmax,
                  engine
                      + " multiplies the softmax scale by the rotation's magnitude when there is no"
                      + " mscale_all_dim."));
        }
      }
      case "proportional" ->
          known.add(new Cause(Causes::frequencies, "The conversion to GGUF loses the factor."));
      default ->
          known.add(
              new Cause(
                  Causes::frequencies,
                  "llama.cpp's converter writes another rotary dimension or scaling for this"
                      + " architecture."));
    }
  }

  private static Cause byContext(String engine) {
    return new Cause(
        Causes::frequencies,
        engine
            + " picks short or long factors by the context it is started for; Transformers by the"
            + " length of the text.");
  }

  private void ofMagnitudes(String engine, Map<?, ?> keys, List<Cause> known) {
    if (has(keys, "attention_factor")) {
      known.add(new Cause(Causes::magnitude, engine + " does not read attention_factor."));
    }
    if (has(keys, "mscale") || has(keys, "mscale_all_dim")) {
      known.add(
          new Cause(
              Causes::magnitude,
              deepSeek
                  ? engine + " and Transformers take mscale without mscale_all_dim differently."
                  : engine + " reads mscale and mscale_all_dim in DeepSeek's models only."));
    }
  }

  private void ofFile(GgufCheckpoint gguf, Engine right, Engine other, List<Cause> known) {
    if (isLlamaCpp(other)) {
      gguf.description().map(LlamaCppRope::unreadKeys).orElse(List.of()).stream()
          .map(key -> new Cause(_ -> true, other.title() + " does not read " + key + "."))
          .forEach(known::add);
    } else if (other == Engine.TRANSFORMERS && right != other) {
      known.add(
          new Cause(
              _ -> true,
              "Transformers picks short or long factors by the length of the text, "
                  + right.title()
                  + " by the context it is started for."));
    }
  }

  private void ofJava(EngineReading other, LayerRope layer, List<Cause> known) {
    String engine = other.engine().title();
    double base = other.layers().getFirst().base();
    if (base != layer.base()) {
      known.add(
          new Cause(
              Causes::frequencies,
              engine
                  + " reads rope_theta at the top of config.json only and rotates with base "
                  + Math.round(base)
                  + "."));
    }
    known.add(
        new Cause(
            difference -> frequencies(difference) || magnitude(difference) || softmax(difference),
            other.engine() == Engine.JLAMA
                ? "Jlama applies a linear factor in Llama and Gemma under rope_type, and no other"
                    + " scaling."
                : engine + " applies no scaling: neither its keys nor rope_freqs.weight count."));
  }

  private static boolean has(Map<?, ?> keys, String key) {
    return keys.get(key) != null;
  }

  private static boolean differs(Map<?, ?> keys, String key, double usual) {
    OptionalDouble value =
        keys.get(key) instanceof Number number
            ? OptionalDouble.of(number.doubleValue())
            : OptionalDouble.empty();
    return value.isPresent() && value.getAsDouble() != usual;
  }
}

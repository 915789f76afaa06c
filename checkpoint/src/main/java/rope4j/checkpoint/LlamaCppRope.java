package rope4j.checkpoint;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import rope4j.checkpoint.LlamaCppArchitecture.Layers;
import rope4j.rotation.AttentionScaled;
import rope4j.rotation.FrequencyFactors;
import rope4j.rotation.LayerRotations;
import rope4j.rotation.Linear;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Scaling;
import rope4j.rotation.SoftmaxScaled;
import rope4j.rotation.Unscaled;
import rope4j.rotation.Yarn;

/// llama.cpp's reading of a model file and its own flags: which rotation a context really gets.
///
/// - A file without a scaling type means `linear` with its factor, or 1.
/// - Type `none` switches the frequency scale off, but not a given base, the frequency factors
///   stored as tensors, or the file's `rope.scaling.attn_factor`.
/// - YaRN is active when the extrapolation factor is not 0; it is 1 for type `yarn` and 0 for the
///   others unless it is given. Then the attention factor is `1 + 0.1 ln(factor)`, and a given one
///   is discarded; it acts only where YaRN is not active.
/// - YaRN's betas in a file are read for two architectures only (`mistral3`, `grok`).
/// - Layers with sliding-window attention have their own base, no YaRN, the file's base and
///   frequency scale whatever the user's, or no rotation at all, as the architecture has it.
/// - Long frequency factors replace the short ones when the context, rounded up to a multiple of
///   256, is longer than the file's original length; for all positions, and under every type.
///
/// Source: llama.cpp `llama-context.cpp` and `llama-model.cpp`.
public final class LlamaCppRope {

  /// A number from a stranger that sizes arrays.
  private static final int MAX_CHANNELS = 65_536;

  private static final Optional<String> FULL = Optional.of("full_attention");
  private static final Optional<String> SLIDING = Optional.of("sliding_attention");

  private LlamaCppRope() {}

  /// The rotation of every layer.
  ///
  /// @param model the file's description
  /// @param overrides flags that were given
  /// @param contextLength tokens of the context (`--ctx-size`), at least 1
  /// @throws CheckpointException when the architecture's rotation is not known, its layers rotate
  ///   differently, or file and flags together make no rotation
  public static RopeParameters resolve(
      ModelDescription model, RopeOverrides overrides, int contextLength) {
    List<LayerRotation> layers = layers(model, overrides, contextLength);
    Layers pattern = LlamaCppArchitecture.of(model).layers();
    if (layers.size() != 1 || (pattern != Layers.UNIFORM && pattern != Layers.SLIDING_BY_FILE)) {
      throw new CheckpointException(
          "the layers of architecture '"
              + model.architecture()
              + "' do not all rotate alike, so there is no one rotation of this model");
    }
    return layers.getFirst().parameters();
  }

  /// The rotation of every type of layer that rotates, full attention first.
  ///
  /// @param model the file's description
  /// @param overrides flags that were given
  /// @param contextLength tokens of the context (`--ctx-size`), at least 1
  /// @throws CheckpointException when the architecture's rotation is not known, or file and flags
  ///   together make no rotation
  public static List<LayerRotation> layers(
      ModelDescription model, RopeOverrides overrides, int contextLength) {
    if (contextLength < 1) {
      throw new IllegalArgumentException(
          "the context length must be at least 1 token, but it is " + contextLength);
    }
    LlamaCppArchitecture architecture = LlamaCppArchitecture.of(model);
    if (model.headDimension() > MAX_CHANNELS) {
      throw new CheckpointException(
          model.architecture()
              + ".attention.key_length is "
              + model.headDimension()
              + ", but a head has at most "
              + MAX_CHANNELS
              + " channels: convert the model again");
    }
    if (model.architecture().equals("llama") && model.rotaryDimension() != model.headDimension()) {
      throw new CheckpointException(
          "llama.rope.dimension_count is "
              + model.rotaryDimension()
              + ", but in a llama model it must equal the head dimension "
              + model.headDimension()
              + ": llama.cpp can't load this file either");
    }
    LlamaCppContext context = LlamaCppContext.of(model, overrides);
    try {
      RopeParameters full = parameters(model, architecture, context, contextLength);
      return switch (architecture.layers()) {
        case SLIDING_BY_FILE, SLIDING_BY_FILE_EVERY_FOURTH_STANDS ->
            byFile(
                context,
                full,
                parameters(model, architecture, context.withFileFrequencies(model), contextLength));
        default -> layers(model, architecture, context, full);
      };
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("the rotation makes no sense: " + e.getMessage(), e);
    }
  }

  /// The rotation of each layer in turn; empty for one that does not rotate, as all are in
  /// architectures that know positions otherwise.
  ///
  /// @param windows which layers are windowed, in the same file
  /// @throws CheckpointException as in [#layers]
  public static LayerRotations everyLayer(
      ModelDescription model,
      AttentionWindows windows,
      RopeOverrides overrides,
      int contextLength) {
    List<Optional<RopeParameters>> every = new ArrayList<>();
    if (GgufFacts.UNROTATED.contains(model.architecture())) {
      return new LayerRotations(Collections.nCopies(model.layers(), Optional.empty()));
    }
    List<LayerRotation> kinds = layers(model, overrides, contextLength);
    Layers pattern = LlamaCppArchitecture.of(model).layers();
    for (int layer = 0; layer < model.layers(); layer++) {
      boolean windowed = windows.isWindowed(layer);
      boolean rotates =
          switch (pattern) {
            case SLIDING_ONLY -> windowed || windows.window().isEmpty();
            case EVERY_FOURTH_STANDS -> (layer + 1) % 4 != 0;
            // Without windows llama.cpp takes the number of layers for the interval.
            case SLIDING_BY_FILE_EVERY_FOURTH_STANDS ->
                (layer + 1) % (windows.window().isPresent() ? 4 : model.layers()) != 0;
            default -> true;
          };
      LayerRotation kind = windowed ? kinds.getLast() : kinds.getFirst();
      every.add(rotates ? Optional.of(kind.parameters()) : Optional.empty());
    }
    return new LayerRotations(every);
  }

  private static RopeParameters parameters(
      ModelDescription model,
      LlamaCppArchitecture architecture,
      LlamaCppContext context,
      int contextLength) {
    return new RopeParameters(
        model.headDimension(),
        model.rotaryDimension(),
        context.operator().base(),
        model.trainedLength(),
        architecture.pairing(),
        withSoftmaxScale(
            context,
            scaling(context, StoredFactors.of(model, contextLength), model.rotaryDimension() / 2)));
  }

  private static List<LayerRotation> byFile(
      LlamaCppContext context, RopeParameters full, RopeParameters sliding) {
    RopeScalingType type = context.scalingType();
    return sliding.equals(full)
        ? List.of(new LayerRotation(Optional.empty(), type, full))
        : List.of(new LayerRotation(FULL, type, full), new LayerRotation(SLIDING, type, sliding));
  }

  private static List<LayerRotation> layers(
      ModelDescription model,
      LlamaCppArchitecture architecture,
      LlamaCppContext context,
      RopeParameters full) {
    RopeScalingType type = context.scalingType();
    SlidingMetadata sliding = model.rope().sliding();
    return switch (architecture.layers()) {
      case UNIFORM, EVERY_FOURTH_STANDS, SLIDING_BY_FILE, SLIDING_BY_FILE_EVERY_FOURTH_STANDS ->
          List.of(new LayerRotation(Optional.empty(), type, full));
      case SLIDING_ONLY ->
          List.of(
              new LayerRotation(
                  sliding.window().isPresent() ? SLIDING : Optional.empty(), type, full));
      case SLIDING_UNSCALED ->
          sliding.window().isEmpty()
              ? List.of(new LayerRotation(Optional.empty(), type, full))
              : List.of(
                  new LayerRotation(FULL, type, full),
                  new LayerRotation(
                      SLIDING, RopeScalingType.NONE, full.withScaling(new Unscaled())));
      case SLIDING_BASE ->
          List.of(
              new LayerRotation(FULL, type, full),
              new LayerRotation(SLIDING, RopeScalingType.NONE, sliding(model, context, full)));
    };
  }

  /// Flags do not reach these layers; the attention factor does, as it is one for the whole graph.
  private static RopeParameters sliding(
      ModelDescription model, LlamaCppContext context, RopeParameters full) {
    SlidingMetadata sliding = model.rope().sliding();
    boolean gemma = model.architecture().startsWith("gemma");
    double attention = settle(context.operator().attentionFactor());
    int head = sliding.headDimension().orElse(full.headDimension());
    if (head > MAX_CHANNELS) {
      throw new IllegalArgumentException(
          "attention.key_length_swa is " + head + ", but at most " + MAX_CHANNELS + " is possible");
    }
    return new RopeParameters(
        head,
        slidingRotaryDimension(model, Math.min(head, full.rotaryDimension())),
        sliding.base().orElse(gemma ? 10000 : model.rope().base()),
        full.trainedLength(),
        full.pairing(),
        attention == 1 ? new Unscaled() : new AttentionScaled(new Unscaled(), attention));
  }

  private static int slidingRotaryDimension(ModelDescription model, int otherwise) {
    return LlamaCppArchitecture.asksEachLayer(model.architecture())
        ? model.rope().sliding().rotaryDimension().orElse(otherwise)
        : otherwise;
  }

  /// `deepseek2` alone multiplies its softmax scale, and without `yarn_log_multiplier` it does so
  /// although the rotation already carries YaRN's magnitude.
  private static Scaling withSoftmaxScale(LlamaCppContext context, Scaling scaling) {
    double multiplier = settle(context.softmaxScaleMultiplier());
    return multiplier == 1 ? scaling : new SoftmaxScaled(scaling, multiplier);
  }

  /// Whether the rotation of an architecture is known: which channels turn together, and in which
  /// layers.
  public static boolean knows(String architecture) {
    return LlamaCppArchitecture.isKnown(architecture);
  }

  /// What the file says and llama.cpp's loader of its architecture does not read, each as `key =
  /// value`.
  public static List<String> unreadKeys(ModelDescription model) {
    if (List.of("grok", "mistral3").contains(model.architecture())) {
      return List.of();
    }
    RopeMetadata rope = model.rope();
    List<String> unread = new ArrayList<>();
    unread(unread, "yarn_ext_factor", rope.yarnExtFactor(), 1);
    unread(unread, "yarn_attn_factor", rope.yarnAttnFactor(), 1);
    unread(unread, "yarn_beta_fast", rope.yarnBetaFast(), 32);
    unread(unread, "yarn_beta_slow", rope.yarnBetaSlow(), 1);
    return unread;
  }

  private static void unread(List<String> unread, String key, OptionalDouble value, double asGood) {
    if (value.isPresent() && value.getAsDouble() != asGood) {
      unread.add("rope.scaling." + key + " = " + value.getAsDouble());
    }
  }

  private static Scaling scaling(LlamaCppContext context, List<Double> factors, int pairs) {
    // float32 to here; the inverse in float64 rounds back to the same float32.
    double factor = 1 / (double) context.operator().frequencyScale();
    double attention = context.operator().attentionFactor();
    Scaling scaling;
    if (context.operator().extrapolationFactor() != 0) {
      Yarn yarn =
          new Yarn(
              factor,
              context.operator().originalLength(),
              context.operator().betaFast(),
              context.operator().betaSlow(),
              true,
              context.operator().extrapolationFactor(),
              OptionalDouble.empty());
      scaling = yarn;
      // The record's own factor is the whole of what plain YaRN multiplies by.
      attention =
          settle(attention * (1 + 0.1 * Math.log(factor)) / yarn.effectiveAttentionFactor());
    } else {
      scaling = factor == 1 ? new Unscaled() : new Linear(factor);
    }
    if (!factors.isEmpty()) {
      if (factors.size() != pairs) {
        throw new IllegalArgumentException(
            "there are " + factors.size() + " frequency factors, but " + pairs + " pairs rotate");
      }
      scaling =
          new FrequencyFactors(
              factors.stream().mapToDouble(Double::doubleValue).toArray(), scaling);
    }
    return attention == 1 ? scaling : new AttentionScaled(scaling, attention);
  }

  /// Dividing float32 logarithms leaves 1 as 1 ± 1e-7.
  private static double settle(double ratio) {
    return Math.abs(ratio - 1) < 1e-6 ? 1 : ratio;
  }
}

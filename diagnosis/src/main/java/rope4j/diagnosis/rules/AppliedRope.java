package rope4j.diagnosis.rules;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.config.Dialect;
import rope4j.checkpoint.config.LayerRope;
import rope4j.checkpoint.config.RopeReading;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.engine.Engine.Format;
import rope4j.diagnosis.launch.LaunchedModel;
import rope4j.rotation.AttentionScaled;
import rope4j.rotation.FrequencyFactors;
import rope4j.rotation.Linear;
import rope4j.rotation.Llama3;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Scaling;
import rope4j.rotation.SoftmaxScaled;
import rope4j.rotation.Unscaled;
import rope4j.rotation.Yarn;

/// The rotation of a model's full-attention layers as an engine has read it, from the files alone
/// or under the launch.
///
/// @param layer the engine's reading
record AppliedRope(LayerRope layer) {

  private static final Optional<String> FULL = Optional.of("full_attention");

  /// What the engine makes of the files alone; empty where it refuses them or that is not known.
  static Optional<AppliedRope> ofFiles(Subject subject) {
    int length = length(subject);
    try {
      if (subject.gguf().isPresent()) {
        return subject
            .gguf()
            .get()
            .description()
            .map(model -> RopeReading.of(model, OptionalInt.of(length), RopeOverrides.NONE))
            .map(AppliedRope::of);
      }
      return subject
          .folder()
          .map(folder ->
              RopeReading.of(
                  folder.config(), dialect(subject), OptionalInt.of(length), RopeOverrides.NONE))
          .map(AppliedRope::of);
    } catch (CheckpointException e) {
      return Optional.empty();
    }
  }

  /// What the engine makes of the files under the launch; empty without one, and where it refuses
  /// them or that is not known.
  static Optional<AppliedRope> ofLaunch(Subject subject) {
    return subject
        .launch()
        .map(launch -> LaunchedModel.of(subject.checkpoint(), launch, length(subject)))
        .flatMap(LaunchedModel::rotation)
        .map(AppliedRope::of);
  }

  /// The dialect of the engine in question; that of Transformers when it may be any.
  static Dialect dialect(Subject subject) {
    return subject.runsOn(Engine.VLLM) || subject.runsOn(Engine.SGLANG)
        ? Dialect.VLLM
        : subject.engine().filter(engine -> engine.format() == Format.GGUF).isPresent()
            ? Dialect.LLAMA_CPP
            : Dialect.TRANSFORMERS;
  }

  static int length(Subject subject) {
    return Math.max(1, subject.requestTokens().orElse(subject.facts().advertisedLength().value()));
  }

  private static AppliedRope of(RopeReading reading) {
    return new AppliedRope(scaled(reading));
  }

  /// Where the layers differ, a scaling is for those with full attention.
  static LayerRope scaled(RopeReading reading) {
    return reading.layers().stream()
        .filter(layer -> layer.layerType().equals(FULL))
        .findFirst()
        .orElseGet(reading.layers()::getFirst);
  }

  double base() {
    return layer.base();
  }

  /// The scaling itself, without what multiplies cosine, sine or the softmax, and without a tensor
  /// of factors below it.
  Scaling scaling() {
    Scaling scaling = layer.parameters().map(RopeParameters::scaling).orElseGet(Unscaled::new);
    while (true) {
      switch (scaling) {
        case AttentionScaled(Scaling inner, double _) -> scaling = inner;
        case SoftmaxScaled(Scaling inner, double _) -> scaling = inner;
        case FrequencyFactors factors -> scaling = factors.then();
        default -> {
          return scaling;
        }
      }
    }
  }

  /// The word for its type. A factor of 1 scales nothing.
  String type() {
    return switch (scaling()) {
      case Unscaled _ -> "default";
      case Linear(double factor) -> factor == 1 ? "default" : "linear";
      case Yarn yarn -> yarn.factor() == 1 ? "default" : "yarn";
      case Llama3 _ -> "llama3";
      default -> layer.ropeType();
    };
  }

  /// Whether it names a scaling.
  boolean scales() {
    return !type().equals("default");
  }

  /// The factor by which the context grows; empty for a scaling without one.
  OptionalDouble factor() {
    return switch (scaling()) {
      case Unscaled _ -> OptionalDouble.of(1);
      case Linear(double factor) -> OptionalDouble.of(factor);
      case Yarn yarn -> OptionalDouble.of(yarn.factor());
      case Llama3 llama3 -> OptionalDouble.of(llama3.factor());
      default -> OptionalDouble.empty();
    };
  }

  /// The longest position that the scaling is made for; infinite where that can't be read off.
  ///
  /// @param files the rotation of the files alone
  static double reach(Subject subject, AppliedRope files, AppliedRope launched) {
    double trained = subject.trainedLength().value();
    double advertised = subject.facts().advertisedLength().value();
    if (launched.base() > 1.01 * files.base()) {
      return Double.POSITIVE_INFINITY;
    }
    if (launched.type().equals(files.type()) && launched.factor().equals(files.factor())) {
      return LengthRequestRules.reachOfFiles(subject);
    }
    return switch (launched.scaling()) {
      case Unscaled _ -> files.scales() ? trained : advertised;
      case Yarn yarn when yarn.factor() == 1 -> files.scales() ? trained : advertised;
      case Yarn yarn -> yarn.factor() * yarn.originalLength();
      case Linear(double factor) -> factor * trained;
      case Llama3 llama3 when files.scaling() instanceof Llama3 own ->
          advertised * llama3.factor() / own.factor();
      default -> Double.POSITIVE_INFINITY;
    };
  }
}

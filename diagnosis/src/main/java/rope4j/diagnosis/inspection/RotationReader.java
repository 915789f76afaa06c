package rope4j.diagnosis.inspection;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.ModelFacts;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.config.Dialect;
import rope4j.checkpoint.config.LayerRope;
import rope4j.checkpoint.config.RopeReading;
import rope4j.checkpoint.model.Checkpoint;
import rope4j.checkpoint.model.FolderCheckpoint;
import rope4j.checkpoint.model.GgufCheckpoint;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.launch.Launch;
import rope4j.diagnosis.launch.LaunchedModel;
import rope4j.diagnosis.prediction.Forecast;
import rope4j.diagnosis.prediction.Outlook;
import rope4j.rotation.Frequencies;
import rope4j.rotation.Pairing;
import rope4j.rotation.Unscaled;

/// Finds how an engine rotates a model at a length, and measures it against its training.
final class RotationReader {

  /// A number from a stranger that sizes arrays.
  private static final int MAX_CHANNELS = 65_536;

  private final Checkpoint checkpoint;
  private final ModelFacts facts;
  private final Engine engine;
  private final Optional<Launch> launch;
  private final Lengths lengths;
  private final Training training;
  private final OptionalInt cut;

  /// @param cut the last tokens that every layer sees; empty where attention is as the files say
  RotationReader(
      Checkpoint checkpoint,
      Optional<Engine> chosen,
      Optional<Launch> launch,
      Lengths lengths,
      Training training,
      OptionalInt cut) {
    this.checkpoint = checkpoint;
    this.facts = checkpoint.facts();
    this.engine = chosen.orElse(Inspector.natural(checkpoint));
    this.launch = launch;
    this.lengths = lengths;
    this.training = training;
    this.cut = cut;
  }

  RotationReading read() {
    if (facts.rotaryDimension().value() < 2) {
      return none("this model has no rotary embedding");
    }
    if (launch.isPresent()) {
      LaunchedModel launched = LaunchedModel.of(checkpoint, launch.get(), lengths.requested());
      if (launched.rotation().isPresent()) {
        RopeReading reading = launched.rotation().get();
        return reading(true, reading.layers(), Optional.empty(), reading.warnings());
      }
      RotationReading files = ofFiles();
      return new RotationReading(
          files.engine(), false, files.layers(), Optional.of(launched.reason()), files.warnings());
    }
    return ofFiles();
  }

  private RotationReading ofFiles() {
    RopeReading reading;
    try {
      reading = reading(checkpoint, engine, lengths.requested());
    } catch (CheckpointException e) {
      return byBaseAlone(String.valueOf(e.getMessage()));
    }
    List<LayerRope> layers = reading.layers();
    if (isDeaf(layers)) {
      return reading(
          false,
          layers.stream().map(RotationReader::unscaled).toList(),
          Optional.of(engine.title() + " passes over the scaling of these files"),
          List.of());
    }
    return reading(false, layers, Optional.empty(), reading.warnings());
  }

  /// What an engine makes of the files as they are.
  ///
  /// @throws CheckpointException when it refuses them or its reading is not known
  static RopeReading reading(Checkpoint checkpoint, Engine engine, int length) {
    return switch (checkpoint) {
      case GgufCheckpoint gguf ->
          RopeReading.of(
              gguf.description()
                  .orElseThrow(() ->
                      new CheckpointException(
                          "the layers of this "
                              + checkpoint.facts().architecture().value()
                              + " differ, or keys are missing, so llama.cpp's rotation of it is not"
                              + " modelled here")),
              OptionalInt.of(length),
              RopeOverrides.NONE);
      case FolderCheckpoint folder ->
          RopeReading.of(
              folder.config(), dialect(engine), OptionalInt.of(length), RopeOverrides.NONE);
    };
  }

  private static Dialect dialect(Engine engine) {
    return switch (engine) {
      case TRANSFORMERS, JLAMA -> Dialect.TRANSFORMERS;
      case VLLM, SGLANG -> Dialect.VLLM;
      case LLAMA_CPP, OLLAMA, LM_STUDIO, KOBOLDCPP, LLAMA3_JAVA, GPULLAMA3 -> Dialect.LLAMA_CPP;
    };
  }

  /// The engines in Java read few scalings. Source: Jlama `LlamaConfig.java`, llama3.java
  /// `Llama3.java`, GPULlama3.java `RoPE.java`.
  private boolean isDeaf(List<LayerRope> layers) {
    boolean linear = facts.ropeType().value().equals("linear");
    boolean scaled =
        layers.stream().anyMatch(layer -> !sameInverse(layer.frequencies(), layer.unscaled()));
    return scaled
        && switch (engine) {
          case JLAMA -> !(linear && facts.architecture().value().matches("llama|gemma.*"));
          case LLAMA3_JAVA, GPULLAMA3 -> true;
          default -> false;
        };
  }

  private static LayerRope unscaled(LayerRope layer) {
    return new LayerRope(
        layer.layerType(),
        "default",
        layer.headDimension(),
        layer.rotaryDimension(),
        layer.pairing(),
        layer.base(),
        layer.trainedLength(),
        layer.unscaled(),
        layer.parameters().map(it -> it.withScaling(new Unscaled())));
  }

  /// A model that no engine's reading is known for still has a base and a rotary dimension.
  private RotationReading byBaseAlone(String reason) {
    if (training.scaling() != Training.Scaled.NONE || facts.base().isEmpty()) {
      return none(reason);
    }
    int rotary = facts.rotaryDimension().value();
    double base = facts.base().get().value();
    if (!(base > 1)
        || rotary % 2 != 0
        || rotary > MAX_CHANNELS
        || rotary > facts.headDimension().value()) {
      return none(reason);
    }
    LayerRope layer =
        new LayerRope(
            Optional.empty(),
            "default",
            facts.headDimension().value(),
            rotary,
            Pairing.HALF,
            base,
            lengths.trained(),
            Frequencies.unscaled(base, rotary),
            Optional.empty());
    return reading(
        false, List.of(layer), Optional.of(reason + "; told from its base alone"), List.of());
  }

  private RotationReading none(String reason) {
    return new RotationReading(engine, false, List.of(), Optional.of(reason), List.of());
  }

  private RotationReading reading(
      boolean launched, List<LayerRope> layers, Optional<String> reason, List<String> warnings) {
    Map<Optional<String>, LayerRope> own = ownAt(training.length());
    Map<Optional<String>, LayerRope> ownHere = ownAt(lengths.requested());
    List<LayerForecast> forecasts = new ArrayList<>();
    try {
      for (LayerRope layer : layers) {
        forecasts.add(
            forecast(
                layer,
                Optional.ofNullable(own.get(layer.layerType())),
                Optional.ofNullable(ownHere.get(layer.layerType()))));
      }
    } catch (IllegalArgumentException e) {
      // Frequencies of a stranger's file that no prediction is defined for.
      return none(String.valueOf(e.getMessage()));
    }
    return new RotationReading(engine, launched, forecasts, reason, warnings);
  }

  /// The model's own rotation by type of layer, when its weights were trained with it.
  private Map<Optional<String>, LayerRope> ownAt(int length) {
    if (!training.withScaling()) {
      return Map.of();
    }
    try {
      return reading(checkpoint, Inspector.natural(checkpoint), length).layers().stream()
          .collect(Collectors.toMap(LayerRope::layerType, Function.identity(), (a, _) -> a));
    } catch (CheckpointException e) {
      return Map.of();
    }
  }

  private LayerForecast forecast(
      LayerRope layer, Optional<LayerRope> own, Optional<LayerRope> ownHere) {
    int uncut = reach(layer.layerType());
    int reach = Math.min(uncut, cut.orElse(uncut));
    Frequencies used = layer.frequencies();
    Optional<Outlook> outlook =
        layer
            .parameters()
            .filter(parameters -> parameters.trainedLength() >= 2)
            .map(parameters -> new Outlook(parameters, uncut, reach));
    Frequencies trained =
        outlook
            .map(it -> it.options().getFirst().forecast().trained())
            .filter(it -> it.pairs() == used.pairs())
            .orElseGet(layer::unscaled);
    Optional<Forecast> further =
        own.filter(it -> it.frequencies().pairs() == used.pairs())
            .map(it -> new Forecast(it.frequencies(), used, training.length(), reach));
    boolean undone = ownHere.filter(it -> !sameInverse(it.frequencies(), used)).isPresent();
    return new LayerForecast(
        layer,
        reach,
        new Forecast(trained, used, Math.max(2, lengths.trained()), reach),
        further,
        outlook.filter(_ -> reach > lengths.trained() && !training.withScaling()),
        undone);
  }

  /// Tokens that see each other are at most a window apart where all layers of the type slide.
  private int reach(Optional<String> layerType) {
    OptionalInt window = facts.cache().window();
    String type = layerType.orElse("").toLowerCase(Locale.ROOT);
    boolean slides =
        layerType.isPresent()
            ? type.contains("sliding") || type.contains("chunked")
            : facts.cache().fullLayers() == 0 && facts.cache().slidingLayers() > 0;
    return slides && window.isPresent() && window.getAsInt() > 0
        ? Math.min(lengths.requested(), window.getAsInt())
        : lengths.requested();
  }

  private static boolean sameInverse(Frequencies one, Frequencies other) {
    if (one.pairs() != other.pairs()) {
      return false;
    }
    for (int i = 0; i < one.pairs(); i++) {
      double larger = Math.max(Math.abs(one.inverse(i)), Math.abs(other.inverse(i)));
      if (Math.abs(one.inverse(i) - other.inverse(i)) > 1e-5 * larger) {
        return false;
      }
    }
    return true;
  }
}

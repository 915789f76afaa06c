package rope4j.diagnosis.recipe;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.config.ConfigRope;
import rope4j.checkpoint.config.Dialect;
import rope4j.checkpoint.config.HuggingFaceConfig;
import rope4j.checkpoint.config.LayerRope;
import rope4j.checkpoint.config.RopeReading;
import rope4j.checkpoint.model.Checkpoint;
import rope4j.checkpoint.model.FolderCheckpoint;
import rope4j.checkpoint.model.GgufCheckpoint;
import rope4j.diagnosis.engine.Engine.Format;

/// What a recipe needs to know of a model.
///
/// @param path the file or folder as the user named it
/// @param format what it is
/// @param architecture llama.cpp's name for it, for example `qwen3`; empty where llama.cpp has none
/// @param trainedLength tokens the model was trained on, before any scaling
/// @param advertisedLength tokens the file claims
/// @param base `rope_theta`, of full attention where the layers differ
/// @param rotaryDimension channels of a head that rotate
/// @param own the scaling it ships with
/// @param config how its `config.json` spells its rotation; empty for a GGUF file
public record RecipeModel(
    String path,
    Format format,
    Optional<String> architecture,
    int trainedLength,
    int advertisedLength,
    double base,
    int rotaryDimension,
    Optional<OwnScaling> own,
    Optional<ConfigRope> config) {

  static final String FULL = "full_attention";

  /// A model's files; empty where they describe no rotation.
  ///
  /// @param trainedLength tokens, which the files need not say rightly
  public static Optional<RecipeModel> of(Checkpoint checkpoint, int trainedLength) {
    if (checkpoint.facts().rotaryDimension().value() < 2) {
      return Optional.empty();
    }
    String path = checkpoint.path().toString();
    try {
      return switch (checkpoint) {
        case GgufCheckpoint gguf ->
            gguf.description().map(it -> of(path, it).trainedOn(trainedLength));
        case FolderCheckpoint folder ->
            Optional.of(of(path, folder.config()).trainedOn(trainedLength));
      };
    } catch (CheckpointException e) {
      // A configuration that Transformers refuses: a finding says so.
      return Optional.empty();
    }
  }

  /// A model's files under the name the user gave them.
  ///
  /// @param path as it is to be named on a command line
  /// @throws CheckpointException where they describe no rotation
  public static RecipeModel of(String path, Checkpoint checkpoint) {
    return switch (checkpoint) {
      case GgufCheckpoint gguf ->
          of(path, gguf.description().orElseGet(() -> ModelDescription.of(gguf.file())));
      case FolderCheckpoint folder ->
          of(path, folder.config()).trainedOn(folder.facts().trainedLength().value());
    };
  }

  private RecipeModel trainedOn(int length) {
    return new RecipeModel(
        path, format, architecture, length, advertisedLength, base, rotaryDimension, own, config);
  }

  /// A GGUF file.
  ///
  /// @param file as it is to be named on a command line
  public static RecipeModel of(String file, ModelDescription model) {
    return new RecipeModel(
        file,
        Format.GGUF,
        Optional.of(model.architecture()),
        model.trainedLength(),
        model.contextLength(),
        model.rope().base(),
        model.rotaryDimension(),
        OwnScaling.of(model),
        Optional.empty());
  }

  /// A Hugging Face folder or its `config.json`.
  ///
  /// @param path as it is to be named on a command line
  /// @throws CheckpointException where Transformers refuses the configuration
  public static RecipeModel of(String path, HuggingFaceConfig config) {
    ConfigRope rope = config.rope();
    LayerRope layer = scaledLayer(config);
    Optional<OwnScaling> own = OwnScaling.of(dictionary(rope), config.maxPositionEmbeddings());
    return new RecipeModel(
        folder(path),
        Format.HUGGING_FACE,
        config.llamaCppArchitecture(),
        layer.trainedLength(),
        config.maxPositionEmbeddings(),
        layer.base(),
        layer.rotaryDimension(),
        own,
        Optional.of(rope));
  }

  /// Engines are given the folder, not the file in it.
  private static String folder(String path) {
    if (!path.equals("config.json") && !path.endsWith("/config.json")) {
      return path;
    }
    String folder = path.substring(0, Math.max(0, path.length() - "/config.json".length()));
    return folder.isEmpty() ? "." : folder;
  }

  /// Where the layers differ, a scaling is for those with full attention.
  private static LayerRope scaledLayer(HuggingFaceConfig config) {
    List<LayerRope> layers =
        RopeReading.of(config, Dialect.TRANSFORMERS, OptionalInt.empty(), RopeOverrides.NONE)
            .layers();
    return layers.stream()
        .filter(layer -> layer.layerType().filter(FULL::equals).isPresent())
        .findFirst()
        .orElseGet(layers::getFirst);
  }

  private static Map<String, @Nullable Object> dictionary(ConfigRope rope) {
    return rope.perLayerType() ? ConfigBlock.entry(rope, FULL) : rope.parameters();
  }

  /// Tokens the model covers without any help.
  public int coveredLength() {
    return own.map(scaling -> Math.max(scaling.coveredLength(), advertisedLength))
        .orElse(advertisedLength);
  }
}

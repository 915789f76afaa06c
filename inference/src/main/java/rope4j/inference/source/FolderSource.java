package rope4j.inference.source;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import rope4j.checkpoint.AttentionWindows;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.Metadata;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.ModelFacts;
import rope4j.checkpoint.RopeMetadata;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.SlidingMetadata;
import rope4j.checkpoint.Stated;
import rope4j.checkpoint.TensorInfo;
import rope4j.checkpoint.config.HuggingFaceConfig;
import rope4j.checkpoint.config.TransformersRope;
import rope4j.checkpoint.model.Checkpoint;
import rope4j.checkpoint.safetensors.SafetensorsWeights;
import rope4j.inference.source.TensorLayout.Heads;
import rope4j.inference.tokenizer.Tokenizer;
import rope4j.rotation.LayerRotations;
import rope4j.rotation.Precision;
import rope4j.rotation.RopeParameters;

/// A model in a Hugging Face folder: `config.json`, safetensors, `tokenizer.json`.
public final class FolderSource implements ModelSource {

  private static final String TOKENIZER = "tokenizer.json";

  private final Path folder;
  private final HuggingFaceConfig config;
  private final SafetensorsWeights weights;
  private final Arena arena;
  private final FolderKeys keys;
  private final Metadata metadata;
  private final FolderTensors tensors;
  private final ModelDescription description;
  private final AttentionWindows windows;

  private FolderSource(
      Path folder, HuggingFaceConfig config, SafetensorsWeights weights, Arena arena) {
    this.folder = folder;
    this.config = config;
    this.weights = weights;
    this.arena = arena;
    Family family = Families.of(config.modelType());
    keys = new FolderKeys(config, family);
    keys.requireSupported();
    metadata = keys.metadata();
    ModelFacts facts = config.facts();
    int layers = positive(facts.layers());
    TensorNames names = new TensorNames(family, layers, !config.textPath().isEmpty());
    Optional<Boolean> tied = keys.stated("tie_word_embeddings");
    tensors = FolderTensors.of(weights, names, tied.orElse(false), arena);
    if (tied.isPresent() && !tied.get() && tensors.tensor("output.weight").isEmpty()) {
      throw missing("output.weight");
    }
    description = describe(family, facts, layers);
    windows = windows(facts, layers);
  }

  /// @throws CheckpointException when the folder is incomplete or damaged, or describes a model
  ///   that can't be run
  static FolderSource open(Path folder) {
    HuggingFaceConfig config = HuggingFaceConfig.read(folder);
    try {
      // Before the weights: whoever has not downloaded them yet should hear this first.
      new FolderKeys(config, Families.of(config.modelType())).requireSupported();
    } catch (CheckpointException e) {
      throw new CheckpointException(folder + ": " + e.getMessage(), e);
    }
    SafetensorsWeights weights = SafetensorsWeights.open(folder);
    Arena arena = Arena.ofShared();
    try {
      return new FolderSource(folder, config, weights, arena);
    } catch (CheckpointException e) {
      close(weights, arena);
      throw new CheckpointException(folder + ": " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      close(weights, arena);
      throw e;
    }
  }

  private CheckpointException missing(String name) {
    return new CheckpointException(
        "tensor " + tensors.nameInFile(name) + " is missing; download the model again");
  }

  private ModelDescription describe(Family family, ModelFacts facts, int layers) {
    TensorInfo embedding =
        tensors.tensor("token_embd.weight").orElseThrow(() -> missing("token_embd.weight"));
    int heads = positive(facts.heads());
    int keyValueHeads = positive(facts.keyValueHeads());
    if (heads % keyValueHeads != 0) {
      throw FolderKeys.wrong(
          facts.keyValueHeads().evidence().key(),
          keyValueHeads,
          "a divisor of the " + heads + " query heads");
    }
    int headDimension = positive(facts.headDimension());
    return new ModelDescription(
        family.architecture(),
        Optional.of(config.name()),
        positive(facts.advertisedLength()),
        positive(facts.trainedLength()),
        layers,
        dimension(embedding, 0),
        heads,
        keyValueHeads,
        headDimension,
        Math.max(1, keys.count(headDimension, "v_head_dim")),
        facts.rotaryDimension().value(),
        feedForwardLength(),
        keys.epsilon(),
        dimension(embedding, 1),
        keys.count(0, "num_local_experts", "num_experts", "n_routed_experts"),
        keys.count(0, "num_experts_per_tok"),
        rope(facts));
  }

  private static int positive(Stated<Integer> stated) {
    if (stated.value() < 1) {
      throw FolderKeys.wrong(stated.evidence().key(), stated.value(), "at least 1");
    }
    return stated.value();
  }

  private static int dimension(TensorInfo tensor, int index) {
    return (int) Math.min(tensor.dimension(index), Integer.MAX_VALUE);
  }

  private int feedForwardLength() {
    return tensors
        .tensor("blk.0.ffn_down.weight")
        .or(() -> tensors.tensor("blk.0.ffn_down_exps.weight"))
        .map(down -> dimension(down, 0))
        .orElse(0);
  }

  /// The base alone: scalings are Transformers' and stay in the configuration.
  private static RopeMetadata rope(ModelFacts facts) {
    OptionalDouble none = OptionalDouble.empty();
    return new RopeMetadata(
        facts.base().map(Stated::value).orElse(10000.0),
        Optional.empty(),
        none,
        OptionalInt.empty(),
        1,
        none,
        none,
        none,
        none,
        none,
        List.of(),
        List.of(),
        List.of(),
        false,
        new SlidingMetadata(OptionalInt.empty(), none, OptionalInt.empty(), OptionalInt.empty()));
  }

  private static AttentionWindows windows(ModelFacts facts, int layers) {
    List<Boolean> windowed = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      windowed.add(
          layer < facts.layerTypes().size()
              && facts.layerTypes().get(layer).equals("sliding_attention"));
    }
    return facts.slidingWindow().isPresent()
        ? new AttentionWindows(
            OptionalInt.of(positive(facts.slidingWindow().get())), false, windowed)
        : new AttentionWindows(
            OptionalInt.empty(), false, windowed.stream().map(_ -> false).toList());
  }

  @Override
  public ModelDescription description() {
    return description;
  }

  @Override
  public AttentionWindows windows() {
    return windows;
  }

  @Override
  public Metadata metadata() {
    return metadata;
  }

  @Override
  public Optional<String> activation() {
    return keys.activation();
  }

  @Override
  public List<TensorInfo> tensors() {
    return tensors.tensors();
  }

  @Override
  public Optional<TensorInfo> tensor(String name) {
    return tensors.tensor(name);
  }

  @Override
  public String nameInFile(String name) {
    return tensors.nameInFile(name);
  }

  @Override
  public MemorySegment data(TensorInfo tensor, int slice, int slices) {
    return tensors.data(
        tensor,
        slice,
        slices,
        new Heads(description.heads(), description.keyValueHeads(), description.headDimension()));
  }

  @Override
  public LayerRotations rotations(RopeOverrides flags, int contextLength) {
    return TransformersRope.everyLayer(config, flags, contextLength);
  }

  @Override
  public RopeParameters rope(RopeOverrides flags, int contextLength) {
    RopeParameters rope = TransformersRope.fullAttention(config, flags, contextLength);
    // Flags that switch a scaling off take the length from before it along.
    return new RopeParameters(
        rope.headDimension(),
        rope.rotaryDimension(),
        rope.base(),
        description.trainedLength(),
        rope.pairing(),
        rope.scaling());
  }

  @Override
  public Precision precision() {
    return Precision.TRANSFORMERS;
  }

  @Override
  public Tokenizer tokenizer() {
    Path file = folder.resolve(TOKENIZER);
    if (!Files.exists(file)) {
      throw new CheckpointException(
          folder
              + ": this folder has no tokenizer.json, so text can't be cut into tokens; download it"
              + " from where the model is");
    }
    return Tokenizer.of(file);
  }

  @Override
  public Checkpoint checkpoint() {
    return Checkpoint.open(folder);
  }

  @Override
  public void close() {
    close(weights, arena);
  }

  private static void close(SafetensorsWeights weights, Arena arena) {
    arena.close();
    weights.close();
  }
}

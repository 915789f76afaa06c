package rope4j.inference;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Optional;
import java.util.OptionalInt;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.model.Checkpoint;
import rope4j.inference.kernel.Kernels;
import rope4j.inference.source.ModelSource;
import rope4j.inference.tokenizer.Tokenizer;
import rope4j.rotation.LayerRotations;
import rope4j.rotation.Precision;
import rope4j.rotation.RopeParameters;

/// A model whose weights are mapped into memory, and the threads that run it.
///
/// ```java
/// try (Model model = Model.load(Path.of("model.gguf"))) {
///   ModelRotation rotation = model.rotation(RopeOverrides.NONE, 2048);
///   double[] nll = model.scorer().score(tokens, rotation);
/// }
/// ```
public final class Model implements AutoCloseable {

  private final ModelSource source;
  private final Transformer transformer;
  private final Workers workers;
  private final Kernels kernels;
  private final CopyRoom room;
  private final OptionalInt attentionWindow;

  private Model(
      ModelSource source,
      Transformer transformer,
      Workers workers,
      Kernels kernels,
      CopyRoom room,
      OptionalInt attentionWindow) {
    this.source = source;
    this.transformer = transformer;
    this.workers = workers;
    this.kernels = kernels;
    this.room = room;
    this.attentionWindow = attentionWindow;
  }

  /// Maps a GGUF file, or the safetensors of a Hugging Face folder, and checks that this engine can
  /// run it, on as many threads as the machine has processors.
  ///
  /// @param path a GGUF file, a folder, or the `config.json` in it
  /// @throws CheckpointException when the files can't be read, or the architecture or a tensor type
  ///   is not supported
  public static Model load(Path path) {
    return load(path, Runtime.getRuntime().availableProcessors());
  }

  /// Whether this engine runs an architecture, by the name GGUF files give it.
  public static boolean supports(String architecture) {
    return Architectures.names().contains(architecture);
  }

  /// The same on a number of threads, at least 1.
  public static Model load(Path path, int threads) {
    return load(path, threads, Kernels.best());
  }

  static Model load(Path path, int threads, Kernels kernels) {
    if (threads < 1) {
      throw new IllegalArgumentException("at least 1 thread is needed, not " + threads);
    }
    ModelSource source = ModelSource.open(path);
    try {
      requireSupported(source);
      Transformer transformer = TransformerReader.read(source);
      return new Model(
          source,
          transformer,
          new Workers(threads),
          kernels,
          new CopyRoom(Runtime.getRuntime().maxMemory()),
          OptionalInt.empty());
    } catch (CheckpointException e) {
      source.close();
      throw new CheckpointException(path + ": " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      source.close();
      throw e;
    }
  }

  private static void requireSupported(ModelSource source) {
    // Before the description is read: another architecture may lack what that asks for.
    String architecture = source.metadata().string("general.architecture").orElse("");
    if (!architecture.isEmpty()) {
      var _ = Architectures.of(architecture);
    }
  }

  /// The same model with attention cut: every layer sees the last tokens only, the query's own
  /// included, and layers whose own window is shorter keep that. Such a model predicts text about
  /// as well as its window allows and retrieves nothing from farther back than its layers' windows
  /// reach together; it is there to tell these two apart.
  ///
  /// It shares weights and threads with this one: close either.
  ///
  /// @param tokens at least 1
  /// @throws IllegalArgumentException when it is less, or the model attends within chunks that are
  ///   longer
  public Model withAttentionWindow(int tokens) {
    if (tokens < 1) {
      throw new IllegalArgumentException(
          "an attention window needs at least 1 token, not " + tokens);
    }
    return new Model(
        source, transformer.withinWindow(tokens), workers, kernels, room, OptionalInt.of(tokens));
  }

  /// Where attention was cut ([#withAttentionWindow]); empty for a model as its files describe it.
  public OptionalInt attentionWindow() {
    return attentionWindow;
  }

  /// The first position that a query sees, which is 0 unless the layer has a window.
  ///
  /// @param layer layer, from 0
  /// @param position position of the query, from 0
  public int firstSeen(int layer, int position) {
    return transformer.blocks().get(layer).attention().window().start(position);
  }

  /// What the files say about the model. Of a folder's rotation it has the base alone: its scaling
  /// is in [#checkpoint].
  public ModelDescription description() {
    return source.description();
  }

  Transformer transformer() {
    return transformer;
  }

  /// What the files say, for reports. It shares what is open: close the model, not this.
  public Checkpoint checkpoint() {
    return source.checkpoint();
  }

  /// The tokenizer of the file, or the folder's `tokenizer.json`.
  ///
  /// @throws CheckpointException when there is none, or one of a kind that is not supported
  public Tokenizer tokenizer() {
    return source.tokenizer();
  }

  /// Whether the Vector API runs the kernels; without `jdk.incubator.vector` plain Java does,
  /// several times slower.
  public boolean vectorized() {
    return kernels.vectorized();
  }

  /// Entries of the vocabulary the output layer scores.
  public int vocabularySize() {
    return transformer.output().rows();
  }

  /// Threads that compute.
  public int threads() {
    return workers.threads();
  }

  /// Whether any layer rotates queries and keys; others know positions by learned vectors or by
  /// ALiBi's biases, or not at all.
  public boolean rotates() {
    return transformer.rotates()
        && source.rotations(RopeOverrides.NONE, description().contextLength()).layers().stream()
            .anyMatch(Optional::isPresent);
  }

  /// How many positions the model has learned a vector for: it can't be run past them. Empty for a
  /// model that knows positions otherwise.
  public OptionalInt learnedPositions() {
    return transformer
        .positions()
        .map(WeightMatrix::rows)
        .map(OptionalInt::of)
        .orElse(OptionalInt.empty());
  }

  /// How the model's own engine would rotate every layer: llama.cpp a GGUF file's, Transformers a
  /// folder's.
  ///
  /// @param flags llama.cpp's flags, for a folder laid over the keys of `config.json` that mean the
  ///   same; [RopeOverrides#NONE] for the model's own rotation
  /// @param contextLength tokens of the context; scalings that depend on the length are those for
  ///   so many
  /// @throws CheckpointException when files and flags together make no rotation
  public ModelRotation rotation(RopeOverrides flags, int contextLength) {
    LayerRotations layers =
        transformer.rotates()
            ? source.rotations(flags, contextLength)
            : new LayerRotations(
                Collections.nCopies(source.description().layers(), Optional.empty()));
    return rotation(layers, contextLength, source.precision());
  }

  /// The same rotation as parameters: that of the layers which flags reach, those with full
  /// attention where the layers differ. Its trained length is that of [#description].
  ///
  /// @throws CheckpointException when the model does not rotate, or files and flags together make
  ///   no rotation
  public RopeParameters rope(RopeOverrides flags, int contextLength) {
    return source.rope(flags, contextLength);
  }

  /// Any rotation of every layer. Layers that this model does not rotate are rotated when `layers`
  /// says so.
  ///
  /// @param layers one entry per layer of the file
  /// @param contextLength tokens of the context; some scalings depend on it
  public ModelRotation rotation(LayerRotations layers, int contextLength, Precision precision) {
    return ModelRotation.of(layers, transformer.rotatesTrailing(), contextLength, precision);
  }

  /// How the model's own engine would rotate every layer if each text had a context of exactly its
  /// own length: LongRoPE takes its long factors as soon as the text is longer than the original
  /// length, as in Transformers, and not before; dynamic scalings grow token by token.
  ///
  /// @param flags llama.cpp's flags; [RopeOverrides#NONE] for the file's own rotation
  /// @throws CheckpointException when file and flags together make no rotation
  public ModelRotation rotationByLength(RopeOverrides flags) {
    return ModelRotation.byLength(length -> rotation(flags, length));
  }

  /// Any rotation of every layer, following the length of the text as its scalings say.
  ///
  /// @param layers one entry per layer of the file
  public ModelRotation rotationByLength(LayerRotations layers, Precision precision) {
    return ModelRotation.byLength(length -> rotation(layers, length, precision));
  }

  /// A scorer with buffers of its own. At most one scorer of a model computes at a time.
  public Scorer scorer() {
    return scorer(Scorer.BATCH);
  }

  Scorer scorer(int batchTokens) {
    return new Scorer(transformer, workers, kernels, batchTokens);
  }

  /// A text to be continued, with buffers of its own, keys and values in float32. At most one
  /// session or scorer of a model computes at a time.
  ///
  /// @param rotation how queries and keys are rotated in every layer
  /// @param capacity most tokens of the text, prompt included
  /// @throws IllegalArgumentException when the rotation is of another model, or there is no memory
  ///   for so many tokens
  public Session session(ModelRotation rotation, int capacity) {
    return session(rotation, capacity, SessionOptions.EXACT);
  }

  /// The same with keys and values as the options say.
  ///
  /// @throws IllegalArgumentException also when the model's heads can't be stored as a type
  public Session session(ModelRotation rotation, int capacity, SessionOptions options) {
    return new Session(transformer, workers, kernels, room, rotation, capacity, options);
  }

  /// Bytes that keys and values of so many tokens take in float32.
  public long cacheBytes(int tokens) {
    return cacheBytes(tokens, SessionOptions.EXACT);
  }

  /// Most bytes that a session's keys and values of so many tokens take; that a session allocates
  /// as it grows. Layers with a window keep what a batch sees through it, in whole chunks of 256
  /// tokens.
  ///
  /// @throws IllegalArgumentException when the model's heads can't be stored as a type
  public long cacheBytes(int tokens, SessionOptions options) {
    return new SessionMemory(transformer, options.keys(), options.values()).cache(tokens);
  }

  /// Ends the threads and unmaps the weights; nothing of this model may be used afterwards.
  @Override
  public void close() {
    workers.close();
    source.close();
  }
}

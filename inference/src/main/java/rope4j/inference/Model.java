package rope4j.inference;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Optional;
import rope4j.checkpoint.AttentionWindows;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.LlamaCppRope;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.Vocabulary;
import rope4j.inference.kernel.Kernels;
import rope4j.inference.tokenizer.Tokenizer;
import rope4j.rotation.LayerRotations;
import rope4j.rotation.Precision;

/// A model whose weights are mapped into memory, and the threads that run it.
///
/// ```java
/// try (Model model = Model.load(Path.of("model.gguf"))) {
///   ModelRotation rotation = model.rotation(RopeOverrides.NONE, 2048);
///   double[] nll = model.scorer().score(tokens, rotation);
/// }
/// ```
public final class Model implements AutoCloseable {

  private final GgufFile file;
  private final ModelDescription description;
  private final AttentionWindows windows;
  private final Transformer transformer;
  private final Workers workers;
  private final Kernels kernels;

  private Model(
      GgufFile file,
      ModelDescription description,
      AttentionWindows windows,
      Transformer transformer,
      Workers workers,
      Kernels kernels) {
    this.file = file;
    this.description = description;
    this.windows = windows;
    this.transformer = transformer;
    this.workers = workers;
    this.kernels = kernels;
  }

  /// Maps a GGUF file and checks that this engine can run it, on as many threads as the machine has
  /// processors.
  ///
  /// @throws CheckpointException when the file can't be read, or its architecture or a tensor type
  ///   is not supported
  public static Model load(Path gguf) {
    return load(gguf, Runtime.getRuntime().availableProcessors());
  }

  /// Whether this engine runs an architecture, by the name GGUF files give it.
  public static boolean supports(String architecture) {
    return Architectures.names().contains(architecture);
  }

  /// The same on a number of threads, at least 1.
  public static Model load(Path gguf, int threads) {
    return load(gguf, threads, Kernels.best());
  }

  static Model load(Path gguf, int threads, Kernels kernels) {
    if (threads < 1) {
      throw new IllegalArgumentException("at least 1 thread is needed, not " + threads);
    }
    GgufFile file = GgufFile.open(gguf);
    try {
      requireSupported(file);
      ModelDescription description = ModelDescription.of(file);
      AttentionWindows windows = AttentionWindows.of(file);
      Transformer transformer = TransformerReader.read(file, description, windows);
      return new Model(file, description, windows, transformer, new Workers(threads), kernels);
    } catch (CheckpointException e) {
      file.close();
      throw new CheckpointException(gguf + ": " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  private static void requireSupported(GgufFile file) {
    // Before the description is read: another architecture may lack what that asks for.
    String architecture = file.metadata().string("general.architecture").orElse("");
    if (!architecture.isEmpty()) {
      var _ = Architectures.of(architecture);
    }
  }

  /// What the file says about the model.
  public ModelDescription description() {
    return description;
  }

  Transformer transformer() {
    return transformer;
  }

  /// The open file.
  public GgufFile file() {
    return file;
  }

  /// The tokenizer in the file.
  ///
  /// @throws CheckpointException when the file has none, or one of a kind that is not supported
  public Tokenizer tokenizer() {
    return Tokenizer.of(Vocabulary.of(file));
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

  /// How llama.cpp would rotate every layer of this model.
  ///
  /// @param flags llama.cpp's flags; [RopeOverrides#NONE] for the file's own rotation
  /// @param contextLength tokens of the context
  /// @throws CheckpointException when file and flags together make no rotation
  public ModelRotation rotation(RopeOverrides flags, int contextLength) {
    LayerRotations layers =
        transformer.rotates()
            ? LlamaCppRope.everyLayer(description, windows, flags, contextLength)
            : new LayerRotations(Collections.nCopies(description.layers(), Optional.empty()));
    return rotation(layers, contextLength, Precision.LLAMA_CPP);
  }

  /// Any rotation of every layer. Layers that this model does not rotate are rotated when `layers`
  /// says so.
  ///
  /// @param layers one entry per layer of the file
  /// @param contextLength tokens of the context; some scalings depend on it
  public ModelRotation rotation(LayerRotations layers, int contextLength, Precision precision) {
    return ModelRotation.of(layers, transformer.rotatesTrailing(), contextLength, precision);
  }

  /// How llama.cpp would rotate every layer of this model if each text had a context of exactly its
  /// own length: LongRoPE takes its long factors as soon as the text is longer than the original
  /// length, as in Transformers, and not before.
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
    return new Session(transformer, workers, kernels, rotation, capacity, options);
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
    file.close();
  }
}

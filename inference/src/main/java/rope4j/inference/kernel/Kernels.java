package rope4j.inference.kernel;

import java.util.Optional;
import rope4j.checkpoint.TensorType;

/// The arithmetic of a forward pass.
///
/// Activations lie in *tiles* of [#TILE] tokens: a tile is `[channel][TILE]`, so that one vector
/// register holds the same channel of neighbouring tokens and neither a product, a norm nor a
/// softmax needs a sum across lanes. [#single] is for one token at a time: its tiles have one lane,
/// and its vectors go along the channels.
///
/// Offsets are indices of floats. Arguments are trusted: callers size their buffers.
public sealed interface Kernels permits ScalarKernels, VectorKernels, VectorSingleKernels {

  /// Tokens of a tile of a batch.
  int TILE = 32;

  /// Tokens of these kernels' tiles: [#TILE] or 1.
  int tile();

  /// The same arithmetic for tiles of one token.
  Kernels single();

  /// `c[r][t] (+)= sum over k of a[r][k] * b[k][t]` for one tile of tokens. Either `aRow` or
  /// `aDepth` is 1.
  ///
  /// @param a left factor; element `(r, k)` is at `aOffset + r * aRow + k * aDepth`
  /// @param b right factor; element `(k, t)` is at `bOffset + k * tile + t`
  /// @param c result; element `(r, t)` is at `cOffset + r * tile + t`
  /// @param accumulate whether the product is added to what `c` holds
  void multiply(
      float[] a,
      int aOffset,
      int aRow,
      int aDepth,
      float[] b,
      int bOffset,
      float[] c,
      int cOffset,
      int rows,
      int depth,
      boolean accumulate);

  /// Root-mean-square norm of every token of a tile: `y = x / sqrt(mean(x^2) + epsilon) * weight`.
  void rmsNorm(
      float[] x, int xOffset, float[] weight, float[] y, int yOffset, int channels, float epsilon);

  /// One step of the online softmax over a block of keys, for one tile of queries.
  ///
  /// @param scores `[keys][TILE]` scores; replaced by `exp(score - max)`
  /// @param max the running maximum of each query, updated
  /// @param sum the running sum of each query, updated
  /// @param correction receives what the accumulated output of each query is to be multiplied by
  void softmaxStep(float[] scores, int keys, float[] max, float[] sum, float[] correction);

  /// `x[r][t] *= factor[t]` for the rows of a tile.
  void scaleTokens(float[] x, int offset, int rows, float[] factor);

  /// `gate = gate / (1 + exp(-gate)) * up`, element by element.
  void siluMultiply(float[] gate, int gateOffset, float[] up, int upOffset, int length);

  /// Updates each token's running maximum and sum of exponentials with a block of logits.
  ///
  /// @param logits `[rows][TILE]`
  /// @param max running maxima, start at negative infinity
  /// @param sum running sums of `exp(logit - max)`, start at 0
  void logSumExpStep(float[] logits, int offset, int rows, float[] max, double[] sum);

  /// What turns stored weights of a type into float32; empty for a type that can't be run.
  Optional<WeightDecoder> decoder(TensorType type);

  /// What multiplies stored weights of a type with a single token as they are; empty where they are
  /// to be unpacked first, which is always right for tiles of many tokens.
  default Optional<RowProduct> rowProduct(TensorType type) {
    return Optional.empty();
  }

  /// What multiplies stored weights of a type with a single token that was rounded to eight bits;
  /// empty where rounded floats are to be multiplied instead.
  default Optional<RoundedRowProduct> roundedRowProduct(TensorType type) {
    return Optional.empty();
  }

  /// What multiplies rearranged weights of a type with a single token that was rounded to eight
  /// bits; empty where they are best left as they are stored.
  default Optional<InterleavedProduct> interleavedProduct(TensorType type) {
    return Optional.empty();
  }

  /// Plain Java, the reference of the other.
  static Kernels scalar() {
    return new ScalarKernels(TILE);
  }

  /// Whether `jdk.incubator.vector` is in the running JVM.
  static boolean vectorAvailable() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
  }

  /// The Vector API where the JVM has it, its vectors have at least 128 bits and
  /// `-Drope4j.kernels=scalar` is not set, else plain Java.
  static Kernels best() {
    return vectorAvailable()
            && !"scalar".equals(System.getProperty("rope4j.kernels"))
            && VectorKernels.areWideEnough()
        ? new VectorKernels()
        : new ScalarKernels(TILE);
  }

  /// Whether this is the Vector API.
  boolean vectorized();
}

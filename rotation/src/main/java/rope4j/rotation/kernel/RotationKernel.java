package rope4j.rotation.kernel;

/// Rotates the heads of one token in place, each by the same angles.
///
/// Arguments of both methods: `x` holds `heads` heads of `headDimension` channels from `offset` on;
/// pair `i` turns by the angle whose cosine and sine (times the attention factor) are `cos[angle +
/// i]` and `sin[angle + i]`, `i < pairs`.
public sealed interface RotationKernel permits ScalarRotationKernel, VectorRotationKernel {

  /// Pair `i` is the channels `(i, i + pairs)`.
  void half(
      float[] x,
      int offset,
      int heads,
      int headDimension,
      float[] cos,
      float[] sin,
      int angle,
      int pairs);

  /// Pair `i` is the channels `(2i, 2i + 1)`.
  void interleaved(
      float[] x,
      int offset,
      int heads,
      int headDimension,
      float[] cos,
      float[] sin,
      int angle,
      int pairs);

  /// Plain Java, the reference of the other.
  static RotationKernel scalar() {
    return new ScalarRotationKernel();
  }

  /// Whether `jdk.incubator.vector` is in the running JVM.
  static boolean vectorAvailable() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
  }

  /// The Vector API where the JVM has it, else plain Java.
  static RotationKernel best() {
    return vectorAvailable() ? new VectorRotationKernel() : new ScalarRotationKernel();
  }
}

package rope4j.lab.model;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// LibTorch on one thread, and the way of numbers into its tensors and out.
///
/// With one thread the same sums are formed in the same order every time, so that a run can be
/// repeated to the bit; with more, on a busy machine, a step takes many times as long.
public final class LibTorch {

  static {
    torch.set_num_threads(1);
  }

  private LibTorch() {}

  /// Loads the natives and keeps them to one thread.
  public static void start() {
    // Loading this class does it.
  }

  /// A tensor of these values.
  public static Tensor tensor(float[] values, long... shape) {
    return Tensor.create(values, shape);
  }

  /// A tensor of indices.
  public static Tensor indices(long[] values, long... shape) {
    return Tensor.create(values, shape);
  }

  /// A copy of a float32 tensor's values, row-major.
  public static float[] values(Tensor tensor) {
    float[] out = new float[Math.toIntExact(tensor.numel())];
    try (Tensor plain = tensor.contiguous();
        FloatPointer data = plain.data_ptr_float()) {
      data.get(out);
    }
    return out;
  }

  /// Overwrites a contiguous float32 tensor.
  public static void fill(Tensor tensor, float[] values) {
    try (FloatPointer data = tensor.data_ptr_float()) {
      data.put(values);
    }
  }

  /// A number as LibTorch's operators take it.
  public static Scalar scalar(double value) {
    return new Scalar(value);
  }
}

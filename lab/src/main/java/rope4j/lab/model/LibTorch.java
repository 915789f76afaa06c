package rope4j.lab.model;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.OptionalLong;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// LibTorch on one thread, and the way of numbers into its tensors and out.
///
/// With one thread the same sums are formed in the same order every time, so that a run can be
/// repeated to the bit; with more, on a busy machine, a step takes many times as long.
public final class LibTorch {

  /// Numbers of glibc's `mallopt`, malloc.h.
  private static final int M_TRIM_THRESHOLD = -1;

  private static final int M_MMAP_THRESHOLD = -3;

  /// Far above what a step holds.
  private static final int MOST_KEPT = 1 << 30;

  static {
    torch.set_num_threads(1);
    keepFreedMemory();
  }

  private LibTorch() {}

  /// A step frees all it made. glibc would give that back to the system, and have every page of it
  /// zeroed again for the next step: a tenth of the time. Other libraries have no `mallopt`.
  @SuppressWarnings("restricted")
  private static void keepFreedMemory() {
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> mallopt = linker.defaultLookup().find("mallopt");
    if (mallopt.isEmpty()) {
      return;
    }
    MethodHandle call =
        linker.downcallHandle(mallopt.get(), FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    try {
      // Whether it was taken does not matter: what is computed is the same.
      int _ = (int) call.invokeExact(M_TRIM_THRESHOLD, MOST_KEPT);
      int _ = (int) call.invokeExact(M_MMAP_THRESHOLD, MOST_KEPT);
    } catch (Throwable e) {
      throw new IllegalStateException("mallopt", e);
    }
  }

  /// Bytes that are taken of the memory outside Java's: what a step holds is their difference.
  /// Empty where the system's library can't tell, that is everywhere but with glibc.
  @SuppressWarnings("restricted")
  public static OptionalLong bytesTaken() {
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> mallinfo = linker.defaultLookup().find("mallinfo2");
    if (mallinfo.isEmpty()) {
      return OptionalLong.empty();
    }
    // Ten numbers: of mapped blocks (hblkhd) the fifth, of all others (uordblks) the eighth.
    MemoryLayout counts = MemoryLayout.structLayout(MemoryLayout.sequenceLayout(10, JAVA_LONG));
    MethodHandle call = linker.downcallHandle(mallinfo.get(), FunctionDescriptor.of(counts));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment found = (MemorySegment) call.invokeExact((SegmentAllocator) arena);
      return OptionalLong.of(found.getAtIndex(JAVA_LONG, 4) + found.getAtIndex(JAVA_LONG, 7));
    } catch (Throwable e) {
      throw new IllegalStateException("mallinfo2", e);
    }
  }

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

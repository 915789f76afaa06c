package rope4j.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import rope4j.checkpoint.TensorType;
import rope4j.inference.kernel.InterleavedProduct;
import rope4j.inference.kernel.Kernels;
import rope4j.inference.kernel.RoundedRowProduct;
import rope4j.inference.kernel.RoundedToken;
import rope4j.inference.kernel.RowProduct;

/// A single token times stored rows, type by type. Operations are weights: `ops/ns` are thousands
/// of millions a second.
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class RowBenchmark {

  private static final int COLUMNS = 2048;
  private static final int ROWS = 64;

  /// Where rows come from: a panel that stays in cache, or one after another from memory.
  public enum Place {
    /// Always the same panel.
    CACHE,
    /// Panels of 256 MiB by turns.
    MEMORY
  }

  /// Which type.
  @Param({"Q8_0", "Q4_0", "Q4_K", "Q6_K", "F16"})
  public TensorType type = TensorType.Q8_0;

  /// What a token is multiplied with.
  public enum Form {
    /// The stored rows; activations are float32.
    FLOATS,
    /// The stored rows; activations are rounded to eight bits, where that makes a difference.
    ROUNDED,
    /// Interleaved rows, where there are such; activations are rounded to eight bits.
    INTERLEAVED
  }

  /// What a token is multiplied with.
  @Param public Form form = Form.FLOATS;

  /// Where from.
  @Param public Place place = Place.CACHE;

  private final float[] x = new float[COLUMNS];
  private final float[] y = new float[ROWS];
  private final float[] scratch = new float[COLUMNS];
  private final RoundedToken token = new RoundedToken();
  private final Kernels kernels = Kernels.best().single();
  private MemorySegment data = MemorySegment.NULL;
  private int[][] interleaved = {};
  private int next;
  private long rowBytes;
  private long panel;

  /// Weights without NaN, a token.
  @Setup
  public void fill() {
    Random random = new Random(1);
    rowBytes = (long) COLUMNS / type.blockElements() * type.blockBytes();
    long panelBytes = ROWS * rowBytes;
    long bytes = place == Place.CACHE ? panelBytes : (256L << 20) / panelBytes * panelBytes;
    data = Arena.ofAuto().allocate(bytes, 64);
    for (long i = 0; i < bytes; i += Long.BYTES) {
      data.set(ValueLayout.JAVA_LONG, i, random.nextLong() & 0xBFBF_BFBF_BFBF_BFBFL);
    }
    for (int i = 0; i < COLUMNS; i++) {
      x[i] = random.nextFloat() - 0.5f;
    }
    token.round(x, 0, COLUMNS);
    if (form == Form.INTERLEAVED) {
      kernels.interleavedProduct(type).ifPresent(this::interleave);
    }
  }

  private void interleave(InterleavedProduct product) {
    int length = product.length(COLUMNS);
    int groups = ROWS / product.rows();
    interleaved = new int[(int) (data.byteSize() / (ROWS * rowBytes))][groups * length];
    for (int p = 0; p < interleaved.length; p++) {
      for (int g = 0; g < groups; g++) {
        long first = (p * (long) ROWS + g * product.rows()) * rowBytes;
        product.interleave(
            data, first, rowBytes, product.rows(), COLUMNS, interleaved[p], g * length);
      }
    }
  }

  /// A panel of rows in two streams, as the engine takes them.
  @Benchmark
  @OperationsPerInvocation(ROWS * COLUMNS)
  public float[] rows() {
    panel = panel + ROWS * rowBytes < data.byteSize() ? panel + ROWS * rowBytes : 0;
    switch (form) {
      case FLOATS -> floats();
      case ROUNDED -> kernels.roundedRowProduct(type).ifPresentOrElse(this::rounded, this::floats);
      case INTERLEAVED ->
          kernels.interleavedProduct(type).ifPresentOrElse(this::interleaved, this::floats);
    }
    return y;
  }

  private void floats() {
    RowProduct product = kernels.rowProduct(type).orElseThrow();
    product.prepare(x, 0, COLUMNS, scratch);
    for (int r = 0; r < ROWS / 2; r++) {
      long first = panel + r * rowBytes;
      long second = first + ROWS / 2 * rowBytes;
      product.multiply(data, first, second, COLUMNS, x, 0, y, r, r + ROWS / 2, false, scratch);
    }
  }

  private void rounded(RoundedRowProduct product) {
    product.prepare(token, COLUMNS, scratch);
    for (int r = 0; r < ROWS / 2; r++) {
      long first = panel + r * rowBytes;
      long second = first + ROWS / 2 * rowBytes;
      product.multiply(data, first, second, COLUMNS, token, y, r, r + ROWS / 2, false, scratch);
    }
  }

  private void interleaved(InterleavedProduct product) {
    next = next + 1 < interleaved.length ? next + 1 : 0;
    int length = product.length(COLUMNS);
    int half = ROWS / product.rows() / 2;
    for (int g = 0; g < half; g++) {
      product.multiply(
          interleaved[next],
          g * length,
          (g + half) * length,
          COLUMNS,
          token,
          y,
          g * product.rows(),
          (g + half) * product.rows());
    }
  }
}

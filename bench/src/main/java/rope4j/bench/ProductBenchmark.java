package rope4j.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import rope4j.inference.kernel.FourBitKernels;
import rope4j.inference.kernel.Kernels;

/// What a core can do at most, and what the products of a prefill reach of it. Operations are
/// multiply-adds (bytes for [#read]), so that `ops/ns` are thousands of millions a second.
///
/// ```sh
/// bench/run 'ProductBenchmark|RowBenchmark'
/// ```
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class ProductBenchmark {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_512;
  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_512;
  private static final int ROUNDS = 1000;
  private static final int CHAINS = 10;
  private static final int ROWS = 64;
  private static final int DEPTH = 256;
  private static final int TILE = Kernels.TILE;
  private static final int BYTES = 256 << 20;

  private final Kernels kernels = Kernels.best();
  private final FourBitKernels fourBits = FourBitKernels.with(kernels).orElseThrow();
  private final float[] weights = new float[ROWS * DEPTH];
  private final float[] tokens = new float[DEPTH * TILE];
  private final float[] result = new float[ROWS * TILE];
  private final short[] panel = new short[ROWS * FourBitKernels.ROW];
  private final float[] panelScales = new float[ROWS * FourBitKernels.DEPTH / FourBitKernels.BLOCK];
  private final short[] integers = new short[tokens.length];
  private final float[] scales = new float[tokens.length / FourBitKernels.BLOCK];
  private final float[] sums = new float[scales.length];
  private final short[] scratch = new short[8 * TILE];
  private MemorySegment memory = MemorySegment.NULL;

  /// Numbers to multiply, memory to read.
  @Setup
  public void fill() {
    Random random = new Random(1);
    for (int i = 0; i < weights.length; i++) {
      weights[i] = random.nextFloat();
    }
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = random.nextFloat();
    }
    for (int i = 0; i < panel.length; i++) {
      panel[i] = (short) (random.nextInt(16) - 8);
    }
    fourBits.round(tokens, 0, DEPTH, integers, 0, scales, sums, 0);
    memory = Arena.ofAuto().allocate(BYTES, 64);
    for (long i = 0; i < BYTES; i += Long.BYTES) {
      memory.set(ValueLayout.JAVA_LONG, i, i);
    }
  }

  /// Fused multiply-adds that wait for nothing but themselves.
  @Benchmark
  @OperationsPerInvocation(ROUNDS * CHAINS * 16)
  public float multiplyAddPeak() {
    FloatVector by = FloatVector.fromArray(FLOATS, weights, 0);
    FloatVector more = FloatVector.fromArray(FLOATS, weights, 16);
    FloatVector a = by;
    FloatVector b = by;
    FloatVector c = by;
    FloatVector d = by;
    FloatVector e = by;
    FloatVector f = by;
    FloatVector g = by;
    FloatVector h = by;
    FloatVector i = by;
    FloatVector j = by;
    for (int round = 0; round < ROUNDS; round++) {
      a = a.fma(by, more);
      b = b.fma(by, more);
      c = c.fma(by, more);
      d = d.fma(by, more);
      e = e.fma(by, more);
      f = f.fma(by, more);
      g = g.fma(by, more);
      h = h.fma(by, more);
      i = i.fma(by, more);
      j = j.fma(by, more);
    }
    FloatVector all = a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j);
    return all.reduceLanes(VectorOperators.ADD);
  }

  /// A panel of unpacked weights times a tile of tokens, in float32.
  @Benchmark
  @OperationsPerInvocation(ROWS * DEPTH * TILE)
  public float[] floatTile() {
    kernels.multiply(weights, 0, DEPTH, 1, tokens, 0, result, 0, ROWS, DEPTH, false);
    return result;
  }

  /// The same in lanes of 16 bits, with weights of four and activations of eight.
  @Benchmark
  @OperationsPerInvocation(ROWS * DEPTH * TILE)
  public float[] fourBitTile() {
    fourBits.multiply(
        panel,
        0,
        panelScales,
        panelScales,
        0,
        FourBitKernels.DEPTH / FourBitKernels.BLOCK,
        false,
        integers,
        0,
        scales,
        sums,
        0,
        result,
        0,
        ROWS,
        DEPTH,
        false,
        scratch);
    return result;
  }

  /// Bytes read and added up, from more memory than the caches hold.
  @Benchmark
  @OperationsPerInvocation(BYTES)
  public long read() {
    LongVector a = LongVector.zero(LONGS);
    LongVector b = a;
    for (long i = 0; i < BYTES; i += 128) {
      a = a.add(LongVector.fromMemorySegment(LONGS, memory, i, ByteOrder.LITTLE_ENDIAN));
      b = b.add(LongVector.fromMemorySegment(LONGS, memory, i + 64, ByteOrder.LITTLE_ENDIAN));
    }
    return a.add(b).reduceLanes(VectorOperators.ADD);
  }
}

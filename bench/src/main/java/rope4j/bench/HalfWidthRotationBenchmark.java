package rope4j.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import rope4j.rotation.CosSin;
import rope4j.rotation.ElementType;
import rope4j.rotation.Pairing;
import rope4j.rotation.Precision;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Rotation;
import rope4j.rotation.Unscaled;

/// In-place rotation of `[512 tokens][32 heads][128]` in native memory, against a read-modify-write
/// of the same bytes.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class HalfWidthRotationBenchmark {

  private static final int TOKENS = 512;
  private static final int HEADS = 32;
  private static final int DIMENSION = 128;

  @Param({"1", "32"})
  private int tensors;

  @Param({"F32", "F16", "BF16"})
  private ElementType type = ElementType.F32;

  private MemorySegment[] queries = {};
  private int next;
  private Rotation half = rotation(Pairing.HALF);
  private Rotation interleaved = rotation(Pairing.INTERLEAVED);
  private CosSin halfTable = half.table(TOKENS);
  private CosSin interleavedTable = interleaved.table(TOKENS);

  private static Rotation rotation(Pairing pairing) {
    return Rotation.of(
        new RopeParameters(DIMENSION, DIMENSION, 10_000, 4096, pairing, new Unscaled()),
        4096,
        Precision.EXACT);
  }

  /// Fills the tensors with values of the type.
  @Setup
  public void setup() {
    Random random = new Random(1);
    queries = new MemorySegment[tensors];
    for (int t = 0; t < tensors; t++) {
      MemorySegment tensor =
          Arena.ofAuto().allocate((long) TOKENS * HEADS * DIMENSION * type.bytes(), 64);
      for (long i = 0; i < tensor.byteSize() / type.bytes(); i++) {
        if (type == ElementType.F32) {
          tensor.setAtIndex(ValueLayout.JAVA_FLOAT, i, random.nextFloat());
        } else {
          tensor.setAtIndex(ValueLayout.JAVA_SHORT, i, type.toBits(random.nextFloat()));
        }
      }
      queries[t] = tensor;
    }
    half.fill(halfTable, 0, TOKENS);
    interleaved.fill(interleavedTable, 0, TOKENS);
  }

  private MemorySegment tensor() {
    next = (next + 1) % tensors;
    return queries[next];
  }

  /// By 1, because the bytes of other types are no floats that could be scaled for long.
  @Benchmark
  public void readModifyWrite() {
    ReadModifyWrite.scale(tensor(), 1);
  }

  @Benchmark
  public void halfPairing() {
    half.rotate(tensor(), type, 0, HEADS, halfTable);
  }

  @Benchmark
  public void interleavedPairing() {
    interleaved.rotate(tensor(), type, 0, HEADS, interleavedTable);
  }
}

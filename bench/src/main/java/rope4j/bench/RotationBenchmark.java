package rope4j.bench;

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
import rope4j.rotation.Pairing;
import rope4j.rotation.PositionWalk;
import rope4j.rotation.Precision;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Rotation;
import rope4j.rotation.Unscaled;

/// In-place float32 rotation of `[512 tokens][32 heads][128]`, 8 MiB, against `x *= c` over the
/// same bytes.
///
/// `tensors = 1` stays in the last-level cache, 32 (256 MiB) does not. Every operation is one
/// tensor.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class RotationBenchmark {

  private static final int TOKENS = 512;
  private static final int HEADS = 32;
  private static final int KEY_HEADS = 8;
  private static final int DIMENSION = 128;

  @Param({"1", "32"})
  private int tensors;

  private float[][] queries = {};
  private float[][] keys = {};
  private int next;
  private Rotation half = rotation(Pairing.HALF);
  private Rotation interleaved = rotation(Pairing.INTERLEAVED);
  private CosSin halfTable = half.table(TOKENS);
  private CosSin interleavedTable = interleaved.table(TOKENS);
  private PositionWalk walk = half.walk(0);

  private static Rotation rotation(Pairing pairing) {
    return Rotation.of(
        new RopeParameters(DIMENSION, DIMENSION, 10_000, 4096, pairing, new Unscaled()),
        4096,
        Precision.EXACT);
  }

  /// Fills the tensors; rotation keeps their norm, so any number of operations stays finite.
  @Setup
  public void setup() {
    Random random = new Random(1);
    queries = new float[tensors][TOKENS * HEADS * DIMENSION];
    keys = new float[tensors][TOKENS * KEY_HEADS * DIMENSION];
    for (float[] tensor : queries) {
      for (int i = 0; i < tensor.length; i++) {
        tensor[i] = random.nextFloat();
      }
    }
    half.fill(halfTable, 0, TOKENS);
    interleaved.fill(interleavedTable, 0, TOKENS);
  }

  private int tensor() {
    next = (next + 1) % tensors;
    return next;
  }

  @Benchmark
  public void readModifyWrite() {
    ReadModifyWrite.scale(queries[tensor()], 1.0000001f);
  }

  @Benchmark
  public void halfPairing() {
    half.rotate(queries[tensor()], 0, HEADS, halfTable);
  }

  @Benchmark
  public void interleavedPairing() {
    interleaved.rotate(queries[tensor()], 0, HEADS, interleavedTable);
  }

  @Benchmark
  @Fork(value = 2, jvmArgsAppend = "-Drope4j.kernels=scalar")
  public void halfPairingScalar() {
    half.rotate(queries[tensor()], 0, HEADS, halfTable);
  }

  @Benchmark
  @Fork(value = 2, jvmArgsAppend = "-Drope4j.kernels=scalar")
  public void interleavedPairingScalar() {
    interleaved.rotate(queries[tensor()], 0, HEADS, interleavedTable);
  }

  /// The angles of the batch by angle addition, then the rotation.
  @Benchmark
  public void halfPairingWithoutTable() {
    walk.moveTo(0);
    walk.fillNext(halfTable, TOKENS);
    half.rotate(queries[tensor()], 0, HEADS, halfTable);
  }

  @Benchmark
  public void queriesThenKeys() {
    int tensor = tensor();
    half.rotate(queries[tensor], 0, HEADS, halfTable);
    half.rotate(keys[tensor], 0, KEY_HEADS, halfTable);
  }

  @Benchmark
  public void queriesAndKeysTogether() {
    int tensor = tensor();
    half.rotate(queries[tensor], 0, HEADS, keys[tensor], 0, KEY_HEADS, halfTable);
  }
}

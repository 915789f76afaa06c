package rope4j.inference.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static rope4j.inference.kernel.Kernels.TILE;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import rope4j.checkpoint.TensorType;

/// Products in integers are those of the rounded activations.
class FourBitKernelsTest {

  private static final int COLUMNS = 512;
  private static final int STEP = 256;

  private final FourBitKernels kernels = FourBitKernels.with(new VectorKernels()).orElseThrow();

  @ParameterizedTest
  @EnumSource(
      value = TensorType.class,
      names = {"Q4_0", "Q4_1", "Q4_K"})
  void aProductIsThatOfTheWeightsWithTheRoundedActivations(TensorType type) {
    Random random = new Random(type.id());
    for (int rows : new int[] {1, 7, 8, 19}) {
      MemorySegment data = weights(type, rows, random);
      float[] x = activations(random);
      float[] rounded = new float[x.length];
      EightBits.round(x, 0, COLUMNS, TILE, rounded);
      float[] c = new float[rows * TILE];
      multiply(type, data, rows, x, c);
      long rowBytes = (long) COLUMNS / type.blockElements() * type.blockBytes();
      float[] w = new float[COLUMNS];
      for (int r = 0; r < rows; r++) {
        Kernels.scalar().decoder(type).orElseThrow().decode(data, r * rowBytes, w, 0, COLUMNS);
        for (int t = 0; t < TILE; t++) {
          double sum = 0;
          double magnitude = 0;
          for (int k = 0; k < COLUMNS; k++) {
            double term = (double) w[k] * rounded[k * TILE + t];
            sum += term;
            magnitude += Math.abs(term);
          }
          assertThat((double) c[r * TILE + t])
              .as("row %d, token %d", r, t)
              .isCloseTo(sum, within(1e-5 * magnitude + 1e-6));
        }
      }
    }
  }

  @Test
  void theLargestProductsDoNotOverflow() {
    // All weights -8, all activations alike: 32 times -8 * 127.
    ByteBuffer block = ByteBuffer.allocate(COLUMNS / 32 * 18).order(ByteOrder.LITTLE_ENDIAN);
    for (int b = 0; b < COLUMNS / 32; b++) {
      block.putShort(b * 18, Float.floatToFloat16(1));
    }
    float[] x = new float[COLUMNS * TILE];
    Arrays.fill(x, 3);
    float[] c = new float[TILE];
    multiply(TensorType.Q4_0, MemorySegment.ofArray(block.array()), 1, x, c);
    for (float sum : c) {
      assertThat(sum).isCloseTo(-8f * 3 * COLUMNS, within(0.01f));
    }
  }

  @Test
  void blocksTooSmallToDivideByAreZero() {
    float[] x = new float[COLUMNS * TILE];
    x[5] = 1e-37f;
    float[] rounded = new float[x.length];
    EightBits.round(x, 0, COLUMNS, TILE, rounded);
    assertThat(rounded).containsOnly(0);
    float[] c = new float[TILE];
    multiply(TensorType.Q4_0, weights(TensorType.Q4_0, 1, new Random(1)), 1, x, c);
    assertThat(c).containsOnly(0);
  }

  @Test
  void roundingLeavesTheNearestOfAHundredAndTwentySevenSteps() {
    float[] x = activations(new Random(5));
    float[] rounded = new float[x.length];
    EightBits.round(x, 0, COLUMNS, TILE, rounded);
    for (int block = 0; block < COLUMNS; block += EightBits.BLOCK) {
      for (int t = 0; t < TILE; t++) {
        float most = 0;
        for (int k = block; k < block + EightBits.BLOCK; k++) {
          most = Math.max(most, Math.abs(x[k * TILE + t]));
        }
        for (int k = block; k < block + EightBits.BLOCK; k++) {
          float step = most / 127;
          assertThat(rounded[k * TILE + t])
              .isCloseTo(x[k * TILE + t], within(step * 0.5001f + 1e-9f));
        }
      }
    }
  }

  private void multiply(TensorType type, MemorySegment data, int rows, float[] x, float[] c) {
    short[] integers = new short[x.length];
    float[] scales = new float[x.length / EightBits.BLOCK];
    float[] sums = new float[scales.length];
    kernels.round(x, 0, COLUMNS, integers, 0, scales, sums, 0);
    int blocks = FourBitKernels.DEPTH / EightBits.BLOCK;
    short[] panel = new short[rows * FourBitKernels.ROW];
    float[] weightScales = new float[rows * blocks];
    float[] offsets = new float[rows * blocks];
    long rowBytes = (long) COLUMNS / type.blockElements() * type.blockBytes();
    for (int r = 0; r < rows; r++) {
      kernels.unpack(
          type,
          data,
          r * rowBytes,
          COLUMNS,
          panel,
          r * FourBitKernels.ROW,
          weightScales,
          offsets,
          r * blocks);
    }
    for (int step = 0; step < COLUMNS; step += STEP) {
      kernels.multiply(
          panel,
          step,
          weightScales,
          offsets,
          step / EightBits.BLOCK,
          blocks,
          type != TensorType.Q4_0,
          integers,
          step * TILE,
          scales,
          sums,
          step * TILE / EightBits.BLOCK,
          c,
          0,
          rows,
          STEP,
          step > 0,
          new short[8 * TILE]);
    }
  }

  private static float[] activations(Random random) {
    float[] x = new float[COLUMNS * TILE];
    for (int i = 0; i < x.length; i++) {
      // Some blocks are all zero, some tokens much larger than others.
      x[i] =
          i / (TILE * EightBits.BLOCK) == 3
              ? 0
              : (float) random.nextGaussian() * (i % TILE == 7 ? 1000 : 1);
    }
    return x;
  }

  private static MemorySegment weights(TensorType type, int rows, Random random) {
    int blocks = rows * COLUMNS / type.blockElements();
    ByteBuffer bytes =
        ByteBuffer.allocate(blocks * type.blockBytes()).order(ByteOrder.LITTLE_ENDIAN);
    byte[] block = new byte[type.blockBytes()];
    for (int b = 0; b < blocks; b++) {
      random.nextBytes(block);
      int at = b * block.length;
      bytes.put(at, block);
      bytes.putShort(at, Float.floatToFloat16((float) random.nextGaussian() * 0.1f));
      if (type != TensorType.Q4_0) {
        bytes.putShort(at + 2, Float.floatToFloat16((float) random.nextGaussian() * 0.1f));
      }
    }
    return MemorySegment.ofArray(bytes.array());
  }
}

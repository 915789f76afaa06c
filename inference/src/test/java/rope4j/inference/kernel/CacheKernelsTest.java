package rope4j.inference.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

/// Narrow rows and back: the vector twin equals plain Java, and both lose half a step.
class CacheKernelsTest {

  private static final int COUNT = 160;
  private static final int FIRST = 64;

  private final CacheKernels scalar = new ScalarCacheKernels();
  private final CacheKernels vector = new VectorCacheKernels();
  private final float[] rows = gaussian();

  @Test
  void quantizedRowsReadTheSameByVectorsAndWithout() {
    byte[] quants = new byte[FIRST + COUNT];
    short[] scales = new short[quants.length / CacheKernels.BLOCK];
    scalar.quantize(rows, 3, quants, scales, FIRST, COUNT);
    float[] plain = new float[COUNT + 5];
    float[] vectors = new float[COUNT + 5];
    scalar.dequantize(quants, scales, FIRST, plain, 5, COUNT);
    vector.dequantize(quants, scales, FIRST, vectors, 5, COUNT);
    assertThat(vectors).containsExactly(plain);
  }

  @Test
  void aQuantizedChannelIsOffByHalfAStepOfItsBlock() {
    byte[] quants = new byte[FIRST + COUNT];
    short[] scales = new short[quants.length / CacheKernels.BLOCK];
    vector.quantize(rows, 3, quants, scales, FIRST, COUNT);
    float[] back = new float[COUNT];
    vector.dequantize(quants, scales, FIRST, back, 0, COUNT);
    for (int block = 0; block < COUNT; block += CacheKernels.BLOCK) {
      float most = 0;
      for (int i = block; i < block + CacheKernels.BLOCK; i++) {
        most = Math.max(most, Math.abs(rows[3 + i]));
      }
      for (int i = block; i < block + CacheKernels.BLOCK; i++) {
        // The scale itself is rounded to binary16.
        assertThat(back[i]).isCloseTo(rows[3 + i], within(most / 254 + most / 2048));
      }
    }
  }

  @Test
  void storingAgainWhatWasReadChangesNothing() {
    byte[] quants = new byte[COUNT];
    short[] scales = new short[COUNT / CacheKernels.BLOCK];
    vector.quantize(rows, 0, quants, scales, 0, COUNT);
    float[] once = new float[COUNT];
    vector.dequantize(quants, scales, 0, once, 0, COUNT);
    vector.quantize(once, 0, quants, scales, 0, COUNT);
    float[] twice = new float[COUNT];
    vector.dequantize(quants, scales, 0, twice, 0, COUNT);
    assertThat(twice).containsExactly(once);
  }

  @Test
  void aBlockOfZerosStaysZero() {
    byte[] quants = new byte[32];
    short[] scales = new short[1];
    vector.quantize(new float[32], 0, quants, scales, 0, 32);
    float[] back = new float[32];
    vector.dequantize(quants, scales, 0, back, 0, 32);
    assertThat(back).containsOnly(0);
  }

  @Test
  void halvesAreTheNearestOfBinary16() {
    short[] halves = new short[COUNT];
    vector.narrow(rows, 0, halves, 0, COUNT);
    float[] back = new float[COUNT];
    vector.widen(halves, 0, back, 0, COUNT);
    for (int i = 0; i < COUNT; i++) {
      assertThat(back[i]).isEqualTo(Float.float16ToFloat(Float.floatToFloat16(rows[i])));
    }
  }

  private static float[] gaussian() {
    Random random = new Random(7);
    float[] values = new float[COUNT + 3];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}

package rope4j.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import rope4j.checkpoint.TensorType;
import rope4j.inference.SessionOptions.Activations;
import rope4j.inference.kernel.Kernels;

/// A copy of weights in another order changes the time of a product and not the product.
class InterleavedRowsTest {

  private static final int COLUMNS = 96;

  /// Panels of 64 rows, the last of which ends amid a group.
  private static final int ROWS = 2 * Products.PANEL + 21;

  private static final long ROW_BYTES = COLUMNS / 32 * 18;

  @Test
  void productsAreTheSameWithAndWithoutRoomForACopy() {
    float[] with = product(new CopyRoom(Long.MAX_VALUE), 0, false);
    float[] without = product(new CopyRoom(0), 0, false);
    assertClose(with, without, 0);
  }

  @Test
  void productsAreAddedToWhatIsThere() {
    float[] alone = product(new CopyRoom(Long.MAX_VALUE), 0, false);
    float[] added = product(new CopyRoom(Long.MAX_VALUE), 3, true);
    assertClose(added, alone, 3);
  }

  @Test
  void panelsThatFindNoRoomAreUsedAsTheyAreStored() {
    assumeThat(Kernels.best().single().interleavedProduct(TensorType.Q4_0)).isPresent();
    // Three blocks take the room of four: a scale and four integers of weights each, two scales to
    // an integer.
    long panel = Products.PANEL * 2L * 9 * Integer.BYTES;
    CopyRoom forOne = new CopyRoom(2 * panel);
    assertClose(product(forOne, 0, false), product(new CopyRoom(0), 0, false), 0);
    assertThat(forOne.take(1, new InterleavedRows(1))).isFalse();
  }

  private static float[] product(CopyRoom room, float before, boolean accumulate) {
    Random random = new Random(1);
    byte[] bytes = new byte[(int) (ROWS * ROW_BYTES)];
    random.nextBytes(bytes);
    for (int block = 0; block < bytes.length; block += 18) {
      short scale = Float.floatToFloat16((float) random.nextGaussian());
      bytes[block] = (byte) scale;
      bytes[block + 1] = (byte) (scale >> 8);
    }
    WeightMatrix weights =
        new WeightMatrix(ROWS, COLUMNS, TensorType.Q4_0, MemorySegment.ofArray(bytes));
    float[] x = new float[COLUMNS];
    for (int i = 0; i < COLUMNS; i++) {
      x[i] = (float) random.nextGaussian();
    }
    float[] y = new float[ROWS];
    Arrays.fill(y, before);
    try (Workers workers = new Workers(3)) {
      Products products =
          new Products(Kernels.best().single(), workers, Activations.EIGHT_BITS, room);
      ParallelProduct product = new ParallelProduct(products, workers);
      Linear linear = new Linear(weights, new float[0]);
      // The first product makes the copy, the second finds it, the third makes it again.
      product.run(linear, x, new float[ROWS], 1, false);
      product.run(linear, x, new float[ROWS], 1, false);
      weights.interleaved().drop();
      product.run(linear, x, y, 1, accumulate);
    }
    return y;
  }

  private static void assertClose(float[] actual, float[] expected, float more) {
    for (int i = 0; i < ROWS; i++) {
      assertThat(actual[i]).isCloseTo(expected[i] + more, within(1e-3f));
    }
  }
}

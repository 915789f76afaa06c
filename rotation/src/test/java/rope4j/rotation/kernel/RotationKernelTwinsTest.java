package rope4j.rotation.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/// The Vector API kernel and its scalar twin give the same floats, at every awkward size.
class RotationKernelTwinsTest {

  private static final int[] PAIRS = {
    1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65, 128
  };

  @Test
  void theVectorApiIsTestedHere() {
    assertThat(RotationKernel.vectorAvailable()).isTrue();
    assertThat(RotationKernel.best()).isInstanceOf(VectorRotationKernel.class);
  }

  @Test
  void halfPairingIsEqualInBoth() {
    compare(false);
  }

  @Test
  void interleavedPairingIsEqualInBoth() {
    compare(true);
  }

  private static void compare(boolean interleaved) {
    Random random = new Random(7);
    for (int pairs : PAIRS) {
      for (int rest : new int[] {0, 1, 6}) {
        int heads = 3;
        int dimension = 2 * pairs + rest;
        float[] scalar = new float[5 + heads * dimension];
        for (int i = 0; i < scalar.length; i++) {
          scalar[i] = random.nextFloat(-2, 2);
        }
        float[] cos = new float[2 + pairs];
        float[] sin = new float[2 + pairs];
        for (int i = 0; i < cos.length; i++) {
          double angle = random.nextDouble(-4, 4);
          cos[i] = (float) Math.cos(angle);
          sin[i] = (float) Math.sin(angle);
        }
        float[] vector = scalar.clone();
        if (interleaved) {
          RotationKernel.scalar().interleaved(scalar, 5, heads, dimension, cos, sin, 2, pairs);
          new VectorRotationKernel().interleaved(vector, 5, heads, dimension, cos, sin, 2, pairs);
        } else {
          RotationKernel.scalar().half(scalar, 5, heads, dimension, cos, sin, 2, pairs);
          new VectorRotationKernel().half(vector, 5, heads, dimension, cos, sin, 2, pairs);
        }
        assertThat(vector).as("pairs %d, rest %d", pairs, rest).containsExactly(scalar);
      }
    }
  }
}

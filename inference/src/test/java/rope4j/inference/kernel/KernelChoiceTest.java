package rope4j.inference.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class KernelChoiceTest {

  /// The build runs this once more with vectors of 64 bits.
  @Test
  void vectorsOfFewerThan128BitsAreLeftToPlainJava() {
    int bits =
        Integer.getInteger("rope4j.vectorBits", FloatVector.SPECIES_PREFERRED.vectorBitSize());
    assertThat(Kernels.best().vectorized()).isEqualTo(bits >= 128);
    assertThat(Kernels.best().single().vectorized()).isEqualTo(bits >= 128);
  }
}

package rope4j.bench;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The line to reach: `x *= c` over the same bytes.
final class ReadModifyWrite {

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  private ReadModifyWrite() {}

  static void scale(float[] x, float by) {
    int end = SPECIES.loopBound(x.length);
    for (int i = 0; i < end; i += SPECIES.length()) {
      FloatVector.fromArray(SPECIES, x, i).mul(by).intoArray(x, i);
    }
  }

  static void scale(MemorySegment x, float by) {
    long end = x.byteSize() - x.byteSize() % SPECIES.vectorByteSize();
    for (long i = 0; i < end; i += SPECIES.vectorByteSize()) {
      FloatVector.fromMemorySegment(SPECIES, x, i, ByteOrder.nativeOrder())
          .mul(by)
          .intoMemorySegment(x, i, ByteOrder.nativeOrder());
    }
  }
}

package rope4j.rotation.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// How wide vectors are: as the machine prefers, or `-Drope4j.vectorBits=128|256|512`, so that
/// tests can try each width.
final class Widths {

  private static final VectorShape SHAPE =
      VectorShape.forBitSize(
          Integer.getInteger("rope4j.vectorBits", FloatVector.SPECIES_PREFERRED.vectorBitSize()));

  private Widths() {}

  /// Whether vectors have the lanes the kernels are written for: four floats at least.
  static boolean areWideEnough() {
    return SHAPE.vectorBitSize() >= 128;
  }

  static VectorSpecies<Float> floats() {
    return VectorSpecies.of(float.class, SHAPE);
  }

  static VectorSpecies<Short> shorts() {
    return VectorSpecies.of(short.class, SHAPE);
  }
}

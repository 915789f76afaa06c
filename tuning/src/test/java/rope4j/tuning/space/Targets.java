package rope4j.tuning.space;

import java.util.List;
import rope4j.rotation.Pairing;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Unscaled;

/// Models to extend: few pairs and many, short contexts and long.
public final class Targets {

  private Targets() {}

  public static Target small() {
    return of(16, 10_000, 256, 1024);
  }

  static List<Target> all() {
    return List.of(
        small(), of(4, 10_000, 64, 128), of(128, 500_000, 8192, 131_072), of(64, 1000, 100, 333));
  }

  private static Target of(int dimension, double base, int trained, int context) {
    return new Target(
        new RopeParameters(dimension, dimension, base, trained, Pairing.HALF, new Unscaled()),
        context);
  }
}

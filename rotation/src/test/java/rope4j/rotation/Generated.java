package rope4j.rotation;

import java.util.List;
import java.util.Random;

/// Random but repeatable examples: a failing one names its seed, and `-Drope4j.seed=SEED` begins
/// with it.
record Generated(RopeParameters parameters, int contextLength, Random random, String label) {

  private static final long SEED = Long.getLong("rope4j.seed", 20261121L);
  private static final int CASES = 400;

  interface Law {
    void check(Generated example);
  }

  static void forAll(Law law) {
    for (int n = 0; n < CASES; n++) {
      law.check(example(SEED + n));
    }
  }

  private static Generated example(long seed) {
    Random random = new Random(seed);
    int rotary = 2 * random.nextInt(2, 65);
    int head = rotary + 2 * random.nextInt(0, 9);
    int trained = random.nextInt(16, 8192);
    List<Scaling> scalings = scalings(random, rotary / 2, trained);
    RopeParameters parameters =
        new RopeParameters(
            head,
            rotary,
            random.nextDouble(100, 1e6),
            trained,
            Pairing.values()[random.nextInt(2)],
            scalings.get(random.nextInt(scalings.size())));
    int context = random.nextInt(1, 4 * trained);
    return new Generated(
        parameters,
        context,
        random,
        "-Drope4j.seed=" + seed + ": " + parameters + " at " + context);
  }

  /// One of every kind.
  static List<Scaling> scalings(Random random, int pairs, int trained) {
    double factor = random.nextDouble(1, 32);
    double[] divisors = random.doubles(pairs, 0.5, 8).toArray();
    double[] longer = random.doubles(pairs, 1, 64).toArray();
    Yarn yarn = new Yarn(factor, trained);
    return List.of(
        new Unscaled(),
        new Linear(factor),
        new DynamicLinear(trained),
        new NtkAware(factor),
        new NtkAlpha(factor),
        new NtkFixed(factor),
        new NtkMixed(factor, 0.625),
        new CriticalBaseNtk(trained, (int) (trained * factor)),
        new DynamicNtk(factor, trained),
        new NtkByParts(factor, trained),
        new PartNtk(factor, trained),
        yarn,
        new YarnByTurns(factor, trained),
        new DynamicYarn(trained),
        new LongRope(divisors, longer, trained, LongRope.magnitude(factor, trained)),
        new DynamicLongRope(longer, trained, 4 * trained, 1.1),
        new Llama3(factor, trained, 1, 4),
        new Proportional(pairs / 2, factor),
        new PRope(0.75),
        new Hope(trained),
        new ExplicitFrequencies(random.doubles(pairs, 0, 1).toArray(), 1),
        new FrequencyFactors(divisors, yarn),
        new Resonance(yarn),
        new StartTokensUnscaled(new Linear(factor), 4),
        new AttentionScaled(new Linear(factor), 1.19),
        yarn.withMagnitudes(0.707, 0.707));
  }

  Frequencies frequencies() {
    return parameters.frequencies(contextLength);
  }

  Rotation rotation() {
    return Rotation.of(parameters, contextLength, Precision.EXACT);
  }

  float[] head() {
    float[] x = new float[parameters.headDimension()];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }

  float[] rotated(float[] head, int position) {
    return rotated(rotation(), head, position);
  }

  static float[] rotated(Rotation rotation, float[] head, int position) {
    CosSin table = rotation.table(1);
    rotation.fill(table, position, 1);
    float[] copy = head.clone();
    rotation.rotate(copy, 0, 1, table);
    return copy;
  }

  /// Whether all positions turn by one set of frequencies.
  boolean isUniform() {
    return !(parameters.scaling() instanceof StartTokensUnscaled);
  }
}

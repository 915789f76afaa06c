package rope4j.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every scaling with every wrong parameter: the message says what was given, what is allowed and
/// the configuration key.
class BadScalingsTest {

  private static final double NAN = Double.NaN;
  private static final double INFINITE = Double.POSITIVE_INFINITY;
  private static final RopeParameters HEAD =
      new RopeParameters(64, 64, 10000, 4096, Pairing.HALF, new Unscaled());
  private static final String ORIGINAL = "original_max_position_embeddings";
  private static final String POSITIVE = "above 0";
  private static final String FINITE = "finite";

  /// @param given as the message must print it
  record Row(Class<? extends Scaling> type, String key, String given, String allowed, Maker maker) {

    @Override
    public String toString() {
      return type.getSimpleName() + " with " + key + " " + given;
    }
  }

  interface Maker {
    Object make();
  }

  interface Of<T> {
    Object make(T value);
  }

  private static final class Rows {
    private final List<Row> rows = new ArrayList<>();

    void numbers(
        Class<? extends Scaling> type, String key, String allowed, Of<Double> of, double... wrong) {
      for (double value : wrong) {
        rows.add(new Row(type, key, "" + value, allowed, () -> of.make(value)));
      }
    }

    void lengths(Class<? extends Scaling> type, Of<Integer> of) {
      for (int value : new int[] {0, -1, Integer.MIN_VALUE}) {
        rows.add(new Row(type, ORIGINAL, (double) value + "", POSITIVE, () -> of.make(value)));
      }
    }

    void factor(Class<? extends Scaling> type, Of<Double> of) {
      numbers(type, "factor", POSITIVE, of, 0, -1, NAN, INFINITE);
    }

    void one(Class<? extends Scaling> type, String key, String given, String allowed, Maker maker) {
      rows.add(new Row(type, key, given, allowed, maker));
    }
  }

  static Stream<Row> rows() {
    Rows rows = new Rows();
    rows.factor(Linear.class, Linear::new);
    rows.lengths(DynamicLinear.class, DynamicLinear::new);
    rows.factor(NtkAware.class, NtkAware::new);
    rows.numbers(NtkAlpha.class, "alpha", POSITIVE, NtkAlpha::new, 0, -1, NAN, INFINITE);
    rows.factor(NtkFixed.class, NtkFixed::new);
    rows.factor(NtkMixed.class, x -> new NtkMixed(x, 0.625));
    rows.numbers(NtkMixed.class, "mixed_b", FINITE, x -> new NtkMixed(2, x), NAN, INFINITE);
    rows.one(CriticalBaseNtk.class, ORIGINAL, "6", "7", () -> new CriticalBaseNtk(6, 100));
    rows.one(
        CriticalBaseNtk.class,
        "max_position_embeddings",
        "-5",
        "7",
        () -> new CriticalBaseNtk(100, -5));
    rows.factor(DynamicNtk.class, x -> new DynamicNtk(x, 4096));
    rows.lengths(DynamicNtk.class, n -> new DynamicNtk(2, n));
    ramps(rows);
    lists(rows);
    cuts(rows);
    wrappers(rows);
    return rows.rows.stream();
  }

  private static void ramps(Rows rows) {
    rows.factor(NtkByParts.class, x -> new NtkByParts(x, 4096));
    rows.lengths(NtkByParts.class, n -> new NtkByParts(2, n));
    rows.numbers(
        NtkByParts.class, "beta_fast", POSITIVE, x -> new NtkByParts(2, 9, x, 1), 0, -1, NAN);
    rows.numbers(
        NtkByParts.class, "beta_slow", "0 or more", x -> new NtkByParts(2, 9, 32, x), -1, NAN);
    rows.one(
        NtkByParts.class, "beta_fast", "1.0 and 4.0", "above", () -> new NtkByParts(2, 9, 1, 4));
    rows.factor(PartNtk.class, x -> new PartNtk(x, 4096));
    rows.lengths(PartNtk.class, n -> new PartNtk(2, n));
    rows.numbers(PartNtk.class, "ntk_factor", FINITE, x -> new PartNtk(2, 9, x, 1), NAN);
    rows.numbers(
        PartNtk.class, "extrapolation_factor", FINITE, x -> new PartNtk(2, 9, 1, x), INFINITE);
    rows.factor(Yarn.class, x -> new Yarn(x, 4096));
    rows.lengths(Yarn.class, n -> new Yarn(2, n));
    OptionalDouble own = OptionalDouble.empty();
    rows.numbers(
        Yarn.class, "beta_fast", POSITIVE, x -> new Yarn(2, 9, x, 1, true, 1, own), 0, -1, NAN);
    rows.numbers(
        Yarn.class, "beta_slow", POSITIVE, x -> new Yarn(2, 9, 32, x, true, 1, own), 0, -1, NAN);
    rows.numbers(
        Yarn.class,
        "extrapolation_factor",
        FINITE,
        x -> new Yarn(2, 9, 32, 1, true, x, own),
        NAN,
        INFINITE);
    rows.numbers(
        Yarn.class,
        "attention_factor",
        FINITE,
        x -> new Yarn(2, 9, 32, 1, true, 1, OptionalDouble.of(x)),
        NAN,
        INFINITE);
    rows.factor(YarnByTurns.class, x -> new YarnByTurns(x, 4096));
    rows.lengths(YarnByTurns.class, n -> new YarnByTurns(2, n));
    rows.numbers(
        YarnByTurns.class,
        "attention_factor",
        FINITE,
        x -> new YarnByTurns(new NtkByParts(2, 9), OptionalDouble.of(x)),
        NAN);
    rows.lengths(DynamicYarn.class, DynamicYarn::new);
    rows.numbers(DynamicYarn.class, "beta_fast", POSITIVE, x -> new DynamicYarn(9, x, 1), 0, NAN);
    rows.numbers(DynamicYarn.class, "beta_slow", POSITIVE, x -> new DynamicYarn(9, 32, x), 0, NAN);
    rows.factor(Llama3.class, x -> new Llama3(x, 4096, 1, 4));
    rows.lengths(Llama3.class, n -> new Llama3(2, n, 1, 4));
    rows.numbers(
        Llama3.class, "low_freq_factor", POSITIVE, x -> new Llama3(2, 9, x, 4), 0, -1, NAN);
    rows.numbers(
        Llama3.class, "high_freq_factor", POSITIVE, x -> new Llama3(2, 9, 1, x), 0, -1, NAN);
    rows.one(
        Llama3.class, "high_freq_factor", "1.0 and 4.0", "below", () -> new Llama3(2, 9, 4, 1));
  }

  private static void lists(Rows rows) {
    double[] right = ones(32);
    double[] short31 = ones(31);
    rows.numbers(
        LongRope.class,
        "short_factor",
        POSITIVE,
        x -> new LongRope(new double[] {x}, new double[] {1}, 9, 1),
        0,
        -1,
        NAN);
    rows.numbers(
        LongRope.class,
        "long_factor",
        POSITIVE,
        x -> new LongRope(new double[] {1}, new double[] {x}, 9, 1),
        0,
        -1,
        NAN);
    rows.lengths(LongRope.class, n -> new LongRope(right, right, n, 1));
    rows.numbers(
        LongRope.class, "short_mscale", FINITE, x -> new LongRope(right, right, 9, x, 1), NAN);
    rows.numbers(
        LongRope.class, "long_mscale", FINITE, x -> new LongRope(right, right, 9, 1, x), NAN);
    rows.one(
        LongRope.class,
        "long_factor",
        "31",
        "equally long",
        () -> new LongRope(right, short31, 9, 1));
    rows.one(
        LongRope.class,
        "short_factor",
        "31",
        "32 pairs",
        () -> new LongRope(short31, short31, 9, 1).frequencies(HEAD, 1));
    rows.numbers(
        DynamicLongRope.class,
        "rescale_factors",
        "from 1 on",
        x -> new DynamicLongRope(new double[] {x}, 9, 99, 1),
        0.5,
        NAN,
        INFINITE);
    rows.lengths(DynamicLongRope.class, n -> new DynamicLongRope(right, n, 99, 1));
    rows.one(
        DynamicLongRope.class,
        "max_position_embeddings",
        "9",
        "above",
        () -> new DynamicLongRope(right, 9, 9, 1));
    rows.numbers(
        DynamicLongRope.class,
        "magnitude_scaling_policy",
        FINITE,
        x -> new DynamicLongRope(right, 9, 99, x),
        NAN);
    rows.one(
        DynamicLongRope.class,
        "magnitude_scaling_policy",
        "sue",
        "su, yarn or a number",
        () -> DynamicLongRope.magnitude("sue", 2, 9));
    rows.one(
        DynamicLongRope.class,
        "rescale_factors",
        "31",
        "32 pairs",
        () -> new DynamicLongRope(short31, 9, 99, 1).frequencies(HEAD, 1));
    rows.numbers(
        ExplicitFrequencies.class,
        "inv_freq",
        FINITE,
        x -> new ExplicitFrequencies(new double[] {x}, 1),
        NAN,
        INFINITE);
    rows.numbers(
        ExplicitFrequencies.class,
        "attention_factor",
        FINITE,
        x -> new ExplicitFrequencies(right, x),
        NAN);
    rows.numbers(
        FrequencyFactors.class,
        "rope_freqs",
        POSITIVE,
        x -> new FrequencyFactors(new double[] {x}, new Unscaled()),
        0,
        -1,
        NAN);
    rows.one(
        FrequencyFactors.class,
        "rope_freqs",
        "31",
        "32 pairs",
        () -> new FrequencyFactors(short31, new Unscaled()).frequencies(HEAD, 1));
  }

  private static void cuts(Rows rows) {
    rows.factor(Proportional.class, x -> new Proportional(4, x));
    rows.one(
        Proportional.class,
        "partial_rotary_factor",
        "-1",
        "0 or more",
        () -> new Proportional(-1, 1));
    rows.numbers(PRope.class, "partial_rotary_factor", "from 0 to 1", PRope::new, -0.1, 1.1, NAN);
    rows.lengths(Hope.class, Hope::new);
  }

  private static void wrappers(Rows rows) {
    Scaling exempting = new StartTokensUnscaled(new Linear(2), 4);
    rows.one(Resonance.class, "start tokens", "", "outermost", () -> new Resonance(exempting));
    rows.one(
        StartTokensUnscaled.class,
        "start_token_idx",
        "-1",
        "0 or more",
        () -> new StartTokensUnscaled(new Linear(2), -1));
    rows.numbers(
        AttentionScaled.class,
        "attention_factor",
        FINITE,
        x -> new AttentionScaled(new Linear(2), x),
        NAN,
        INFINITE);
    rows.numbers(
        SoftmaxScaled.class,
        "mscale_all_dim",
        POSITIVE,
        x -> new SoftmaxScaled(new Linear(2), x),
        0,
        -1,
        NAN,
        INFINITE);
  }

  private static double[] ones(int count) {
    double[] ones = new double[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  @ParameterizedTest
  @MethodSource("rows")
  void aWrongParameterIsRefused(Row row) {
    assertThatThrownBy(row.maker()::make)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(row.key(), row.given(), row.allowed());
  }

  @Test
  void noScalingIsForgotten() {
    assertThat(rows().map(Row::type).distinct().collect(Collectors.<Class<?>>toList()))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Scaling.class.getPermittedSubclasses())
                .filter(type -> type != Unscaled.class)
                .collect(Collectors.<Class<?>>toList()));
  }

  @Test
  void theKeysOfTheDimensionsAreNamed() {
    assertThatThrownBy(() -> new RopeParameters(1, 2, 10000, 4096, Pairing.HALF, new Unscaled()))
        .hasMessageContainingAll("head_dim", "at least 2", "1");
    assertThatThrownBy(() -> new RopeParameters(64, 64, 10000, 0, Pairing.HALF, new Unscaled()))
        .hasMessageContainingAll("max_position_embeddings", "at least 1", "0");
  }
}

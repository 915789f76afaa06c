package rope4j.lab.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The product of matrices is the recurrence it stands for, token by token.
class RecurrenceTest {

  private static final int LENGTH = 12;
  private static final int CHANNELS = 8;

  @ParameterizedTest
  @EnumSource(names = {"RECURRENCE", "RECURRENCE_FIXED", "RECURRENCE_CUMULATIVE"})
  void isTheRecurrenceTokenByToken(Mixer mixer) {
    PositionEncoding.Rope rope = new PositionEncoding.Rope(100);
    ModelConfig config = new ModelConfig(20, CHANNELS, 1, 16, LENGTH, true, rope, List.of(mixer));
    float[] x = normal(1);
    float[] queries = normal(2);
    float[] keys = normal(3);
    float[] values = normal(4);
    try (var _ = new PointerScope();
        var _ = new NoGradGuard();
        LanguageModel model = new LanguageModel(config, 6);
        Positions positions = model.positions(rope, LENGTH)) {
      String prefix = "model.layers.0.";
      Recurrence recurrence = new Recurrence(mixer, model.parameters(), prefix, positions);
      Tensor found =
          recurrence.run(
              LibTorch.tensor(x, 1, LENGTH, CHANNELS),
              LibTorch.tensor(queries, 1, LENGTH, 1, CHANNELS),
              LibTorch.tensor(keys, 1, LENGTH, 1, CHANNELS),
              LibTorch.tensor(values, 1, 1, LENGTH, CHANNELS));
      float[] decay = LibTorch.values(model.parameters().get(prefix + "decay.weight"));
      float[] step =
          mixer == Mixer.RECURRENCE_CUMULATIVE
              ? LibTorch.values(model.parameters().get(prefix + "step.weight"))
              : new float[CHANNELS];

      assertThat(LibTorch.values(found))
          .containsExactly(loop(mixer, x, queries, keys, values, decay, step), within(2e-4f));
    }
  }

  private static float[] normal(long seed) {
    Random random = new Random(seed);
    float[] values = new float[LENGTH * CHANNELS];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static float[] loop(
      Mixer mixer,
      float[] x,
      float[] queries,
      float[] keys,
      float[] values,
      float[] decay,
      float[] step) {
    double[][] state = new double[CHANNELS][CHANNELS];
    float[] out = new float[LENGTH * CHANNELS];
    double sum = 0;
    for (int t = 0; t < LENGTH; t++) {
      double kept = 1 / (1 + Math.exp(-(dot(decay, x, t) + 4)));
      sum += Math.log1p(Math.exp(dot(step, x, t)));
      double position =
          switch (mixer) {
            case ATTENTION, RECURRENCE -> 0;
            case RECURRENCE_FIXED -> t;
            case RECURRENCE_CUMULATIVE -> sum;
          };
      double[] q = turned(queries, t, position);
      double[] k = turned(keys, t, position);
      double[] y = new double[CHANNELS];
      double squares = 0;
      for (int v = 0; v < CHANNELS; v++) {
        for (int c = 0; c < CHANNELS; c++) {
          state[c][v] = kept * state[c][v] + k[c] * values[t * CHANNELS + v];
          y[v] += q[c] * state[c][v] / Math.sqrt(CHANNELS);
        }
        squares += y[v] * y[v];
      }
      for (int v = 0; v < CHANNELS; v++) {
        out[t * CHANNELS + v] =
            (float) (y[v] / Math.sqrt(squares / CHANNELS + ModelConfig.NORM_EPSILON));
      }
    }
    return out;
  }

  private static double dot(float[] weight, float[] x, int t) {
    double sum = 0;
    for (int c = 0; c < CHANNELS; c++) {
      sum += weight[c] * x[t * CHANNELS + c];
    }
    return sum;
  }

  private static double[] turned(float[] x, int t, double position) {
    double[] out = new double[CHANNELS];
    for (int i = 0; i < CHANNELS / 2; i++) {
      double angle = position * Math.pow(100, -2.0 * i / CHANNELS);
      double a = x[t * CHANNELS + 2 * i];
      double b = x[t * CHANNELS + 2 * i + 1];
      out[2 * i] = a * Math.cos(angle) - b * Math.sin(angle);
      out[2 * i + 1] = a * Math.sin(angle) + b * Math.cos(angle);
    }
    return out;
  }
}

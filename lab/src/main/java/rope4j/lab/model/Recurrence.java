package rope4j.lab.model;

import java.util.List;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import rope4j.lab.model.Parameters.Start;

/// A gated linear recurrence over the tokens: `y_t = sum over s <= t of (a_(s+1) … a_t) (q_t·k_s)
/// v_s`, as one product of matrices with a mask of decays.
///
/// As a recurrence its state is `channels x channels` a head and does not grow with the text; this
/// form needs more multiplications, but is short and has a gradient without a loop over tokens.
record Recurrence(Mixer mixer, Parameters parameters, String prefix, Positions positions) {

  /// Decays begin near `1 - 1/50`.
  private static final double SLOW = 4;

  static void addStarts(
      ModelConfig config,
      Initialisation initialisation,
      int layer,
      String prefix,
      List<Start> matrices,
      List<Start> others) {
    Mixer mixer = config.mixers().get(layer);
    if (mixer == Mixer.ATTENTION) {
      return;
    }
    Law linear = initialisation.linear(config.width());
    matrices.add(new Start(prefix + "decay.weight", linear, true, config.heads(), config.width()));
    others.add(new Start(prefix + "decay.bias", new Law.Constant(SLOW), false, config.heads()));
    if (mixer == Mixer.RECURRENCE_CUMULATIVE) {
      matrices.add(new Start(prefix + "step.weight", linear, true, config.heads(), config.width()));
    }
  }

  /// @param x `[batch, length, width]`
  /// @param queries `[batch, length, heads, channels]`, as keys
  /// @param values `[batch, heads, length, channels]`, as the result
  Tensor run(Tensor x, Tensor queries, Tensor keys, Tensor values) {
    Tensor turnedQueries = turned(x, queries).transpose(1, 2);
    Tensor turnedKeys = turned(x, keys).transpose(1, 2);
    // ln a_t = ln sigmoid(w·x + b), summed up: [batch, heads, length].
    Tensor decay =
        torch.linear(
            x,
            parameters.get(prefix + "decay.weight"),
            new TensorOptional(parameters.get(prefix + "decay.bias")));
    Tensor sum = torch.log_sigmoid(decay).cumsum(1).transpose(1, 2);
    Tensor between = sum.unsqueeze(3).sub(sum.unsqueeze(2));
    Tensor future = torch.ones_like(between).triu(1).mul(LibTorch.scalar(1e9));
    long channels = queries.size(3);
    Tensor scores =
        turnedQueries
            .matmul(turnedKeys.transpose(2, 3))
            .mul(LibTorch.scalar(1 / Math.sqrt(channels)))
            .mul(between.sub(future).exp());
    // There is no softmax that would keep the sum of many tokens in bounds.
    return torch.rms_norm(
        scores.matmul(values),
        new long[] {channels},
        new TensorOptional(),
        new DoubleOptional(ModelConfig.NORM_EPSILON));
  }

  private Tensor turned(Tensor x, Tensor heads) {
    return switch (mixer) {
      case ATTENTION, RECURRENCE -> heads;
      case RECURRENCE_FIXED -> positions.turnKeys(heads);
      case RECURRENCE_CUMULATIVE -> {
        Tensor steps = torch.softplus(torch.linear(x, parameters.get(prefix + "step.weight")));
        Tensor angles = steps.cumsum(1).unsqueeze(3).mul(positions.inverseFrequencies());
        yield Positions.turn(heads, torch.polar(torch.ones_like(angles), angles));
      }
    };
  }
}

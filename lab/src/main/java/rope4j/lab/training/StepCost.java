package rope4j.lab.training;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import rope4j.lab.model.LanguageModel;
import rope4j.lab.model.LibTorch;
import rope4j.lab.model.ModelConfig;
import rope4j.lab.model.Positions;

/// What a training step of a model costs.
///
/// @param seconds the processor's time for a step: the median
/// @param ratio this step's time over that of the first model in the same round: the median
/// @param ratioFrom the lower quartile of that
/// @param ratioTo the upper quartile of that
/// @param bytes memory that a step holds between its forward and its backward pass; empty where the
///   system does not tell
public record StepCost(
    double seconds, double ratio, double ratioFrom, double ratioTo, OptionalLong bytes) {

  private static final int WARM_UP = 3;
  private static final int MEMORY_ROUNDS = 7;

  /// Measures models in turn, a step each a round, so that what disturbs the machine disturbs all
  /// alike. It is the thread's own time, which does not count other programs'.
  ///
  /// @param configs shapes, the first of which the others are compared with
  /// @param batch what every step reads
  /// @param rounds steps of each, at least 1
  public static List<StepCost> measure(List<ModelConfig> configs, Batch batch, int rounds) {
    double[][] seconds = new double[configs.size()][rounds];
    OptionalLong[] bytes = new OptionalLong[configs.size()];
    TrainingPlan plan = new TrainingPlan(0, WARM_UP + rounds);
    List<Stepper> steppers = new ArrayList<>();
    try {
      configs.forEach(config -> steppers.add(new Stepper(config, plan, batch)));
      for (int round = -WARM_UP; round < rounds; round++) {
        for (int i = 0; i < steppers.size(); i++) {
          double took = steppers.get(i).step(WARM_UP + round);
          if (round >= 0) {
            seconds[i][round] = took;
          }
        }
      }
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = bytesHeld(steppers.get(i));
      }
    } finally {
      steppers.forEach(Stepper::close);
    }
    return IntStream.range(0, configs.size())
        .mapToObj(i -> of(seconds[i], seconds[0], bytes[i]))
        .toList();
  }

  private static StepCost of(double[] seconds, double[] first, OptionalLong bytes) {
    double[] ratios =
        IntStream.range(0, seconds.length).mapToDouble(i -> seconds[i] / first[i]).toArray();
    return new StepCost(
        quantile(seconds, 0.5),
        quantile(ratios, 0.5),
        quantile(ratios, 0.25),
        quantile(ratios, 0.75),
        bytes);
  }

  /// The virtual machine takes memory too, now and then: the median of several times.
  private static OptionalLong bytesHeld(Stepper stepper) {
    long[] found =
        IntStream.range(0, MEMORY_ROUNDS)
            .mapToObj(_ -> stepper.bytesHeld())
            .flatMapToLong(OptionalLong::stream)
            .sorted()
            .toArray();
    return found.length == 0 ? OptionalLong.empty() : OptionalLong.of(found[found.length / 2]);
  }

  private static double quantile(double[] values, double share) {
    double[] sorted = Arrays.stream(values).sorted().toArray();
    return sorted[(int) Math.round(share * (sorted.length - 1))];
  }

  private static final class Stepper implements AutoCloseable {

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final LanguageModel model;
    private final AdamW optimiser;
    private final Positions positions;
    private final Batch batch;

    Stepper(ModelConfig config, TrainingPlan plan, Batch batch) {
      this.model = new LanguageModel(config, plan.seed());
      this.optimiser = new AdamW(model.parameters(), plan);
      this.positions = model.positions(config.encoding(), batch.length());
      this.batch = batch;
    }

    double step(int step) {
      long begin = THREADS.getCurrentThreadCpuTime();
      try (var _ = new PointerScope()) {
        Trainer.loss(model, positions, batch).backward();
      }
      optimiser.step(step);
      return (THREADS.getCurrentThreadCpuTime() - begin) / 1e9;
    }

    OptionalLong bytesHeld() {
      OptionalLong before = LibTorch.bytesTaken();
      try (var _ = new PointerScope();
          Tensor _ = Trainer.loss(model, positions, batch)) {
        OptionalLong with = LibTorch.bytesTaken();
        return before.isPresent() && with.isPresent()
            ? OptionalLong.of(with.getAsLong() - before.getAsLong())
            : OptionalLong.empty();
      }
    }

    @Override
    public void close() {
      positions.close();
      optimiser.close();
      model.close();
    }
  }
}

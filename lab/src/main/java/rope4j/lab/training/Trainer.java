package rope4j.lab.training;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import rope4j.checkpoint.CheckpointException;
import rope4j.lab.model.LanguageModel;
import rope4j.lab.model.LibTorch;
import rope4j.lab.model.ModelConfig;
import rope4j.lab.model.PositionEncoding;
import rope4j.lab.model.Positions;

/// Trains models, writing down now and then how far it is: a run that was interrupted goes on from
/// there and ends with the same weights, to the bit.
///
/// @param plan steps, rates, seed
/// @param batches what is learned
/// @param savedRun the file the run is written to and goes on from; empty to keep nothing
/// @param observer is told of every step
public record Trainer(
    TrainingPlan plan, BatchSource batches, Optional<Path> savedRun, Consumer<Progress> observer) {

  /// A run that keeps nothing and tells nobody.
  public Trainer(TrainingPlan plan, BatchSource batches) {
    this(plan, batches, Optional.empty(), _ -> {});
  }

  /// Trains a new model under its own encoding.
  ///
  /// @throws CheckpointException when the saved run is of another model or plan, or can't be read
  ///   or written
  /// @throws DivergedException when the loss is no number any more
  public LanguageModel train(ModelConfig config) {
    LanguageModel model = new LanguageModel(config, plan.seed());
    try {
      fineTune(model, config.encoding());
      return model;
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  /// Trains a model further, under its encoding or another of the same kind, and changes it.
  ///
  /// @throws CheckpointException as for [#train]
  /// @throws DivergedException as for [#train]
  public void fineTune(LanguageModel model, PositionEncoding encoding) {
    SavedRun saved = new SavedRun(model, plan, encoding);
    try (AdamW optimiser = new AdamW(model.parameters(), plan)) {
      int step = savedRun.map(file -> saved.resume(file, optimiser)).orElse(0);
      Clock clock = new Clock(step);
      Positions positions = null;
      try {
        for (; step < plan.steps(); step++) {
          Batch batch = batches.at(step);
          if (positions == null || positions.length() != batch.length()) {
            if (positions != null) {
              positions.close();
            }
            positions = model.positions(encoding, batch.length());
          }
          double loss = gradients(model, positions, batch);
          if (!Double.isFinite(loss)) {
            throw new DivergedException(loss, step + 1, plan.learningRate());
          }
          optimiser.step(step);
          int done = step + 1;
          if (done % plan.saveEvery() == 0 || done == plan.steps()) {
            savedRun.ifPresent(file -> saved.write(file, done, optimiser));
          }
          observer.accept(clock.progress(done, plan.steps(), loss, batch));
        }
      } finally {
        if (positions != null) {
          positions.close();
        }
      }
    }
  }

  /// Adds a batch's gradients to the model's, and gives its loss. All that is made on the way is
  /// freed here, and not when the garbage collector finds out: it sees small objects only.
  private static double gradients(LanguageModel model, Positions positions, Batch batch) {
    try (var _ = new PointerScope()) {
      Tensor loss = loss(model, positions, batch);
      loss.backward();
      return loss.item_double();
    }
  }

  /// The mean loss of a batch, with all that its gradients are computed from.
  static Tensor loss(LanguageModel model, Positions positions, Batch batch) {
    Tensor tokens = LibTorch.indices(batch.flatInputs(), batch.sequences(), batch.length());
    long[] targets = batch.flatTargets();
    int[] asked = IntStream.range(0, targets.length).filter(i -> targets[i] >= 0).toArray();
    if (asked.length == 0) {
      throw new IllegalArgumentException("a batch to learn from needs at least one target");
    }
    Optional<Tensor> places =
        asked.length == targets.length
            ? Optional.empty()
            : Optional.of(
                LibTorch.indices(IntStream.of(asked).asLongStream().toArray(), asked.length));
    Tensor hidden = model.hidden(tokens, positions, places);
    long[] wanted = IntStream.of(asked).mapToLong(i -> targets[i]).toArray();
    return torch.cross_entropy(model.logits(hidden), LibTorch.indices(wanted, wanted.length));
  }

  private static final class Clock {

    private final long began = System.nanoTime();
    private final int first;
    private long tokens;

    Clock(int first) {
      this.first = first;
    }

    Progress progress(int done, int steps, double loss, Batch batch) {
      tokens += (long) batch.sequences() * batch.length();
      double seconds = (System.nanoTime() - began) / 1e9;
      double left = seconds / (done - first) * (steps - done);
      return new Progress(
          done, steps, loss, tokens / seconds, Duration.ofMillis(Math.round(1000 * left)));
    }
  }
}

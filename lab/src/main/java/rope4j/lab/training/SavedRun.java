package rope4j.lab.training;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import rope4j.checkpoint.CheckpointException;
import rope4j.lab.model.LanguageModel;
import rope4j.lab.model.LibTorch;
import rope4j.lab.model.ModelConfig;
import rope4j.lab.model.PositionEncoding;
import rope4j.lab.weights.WeightFile;

/// A run as it is written down: weights, the optimiser's memory, the step.
public final class SavedRun {

  private static final String MEAN = "optimiser.mean";
  private static final String SQUARE = "optimiser.square";

  private final LanguageModel model;
  private final TrainingPlan plan;
  private final PositionEncoding encoding;

  SavedRun(LanguageModel model, TrainingPlan plan, PositionEncoding encoding) {
    this.model = model;
    this.plan = plan;
    this.encoding = encoding;
  }

  /// The model of a run, finished or not: to be asked, exported, or trained further in another run.
  ///
  /// @param config its shape
  /// @throws CheckpointException when the file can't be read, or holds another shape
  public static LanguageModel model(ModelConfig config, Path file) {
    WeightFile saved = WeightFile.read(file);
    LanguageModel model = new LanguageModel(config, 0);
    try {
      fill(model, saved, file);
      return model;
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  /// The steps a run has done.
  ///
  /// @throws CheckpointException when the file can't be read
  public static int step(Path file) {
    return step(WeightFile.read(file));
  }

  private static int step(WeightFile saved) {
    return Integer.parseInt(saved.metadata().getOrDefault("step", "0"));
  }

  private static void fill(LanguageModel model, WeightFile saved, Path file) {
    model
        .parameters()
        .byName()
        .forEach((name, tensor) -> {
          WeightFile.Values values = saved.tensors().get(name);
          if (values == null || !Arrays.equals(values.shape(), tensor.shape())) {
            throw new CheckpointException(
                file + ": this run is of a model of another shape: see " + name);
          }
          LibTorch.fill(tensor, values.values());
        });
  }

  /// What must be the same for a run to go on. How often it is written down need not be.
  private String identity() {
    return model.config() + " " + encoding + " " + plan.savedEvery(1);
  }

  void write(Path file, int step, AdamW optimiser) {
    SequencedMap<String, WeightFile.Values> tensors = new LinkedHashMap<>();
    model
        .parameters()
        .byName()
        .forEach((name, tensor) ->
            tensors.put(name, new WeightFile.Values(LibTorch.values(tensor), tensor.shape())));
    tensors.put(MEAN, vector(optimiser.mean()));
    tensors.put(SQUARE, vector(optimiser.square()));
    new WeightFile(tensors, Map.of("step", String.valueOf(step), "run", identity())).write(file);
  }

  private static WeightFile.Values vector(Tensor tensor) {
    return new WeightFile.Values(LibTorch.values(tensor), tensor.shape());
  }

  /// Takes over a file, where there is one, and gives the step to go on with.
  ///
  /// @throws CheckpointException when it is of another run
  int resume(Path file, AdamW optimiser) {
    if (!Files.exists(file)) {
      return 0;
    }
    WeightFile saved = WeightFile.read(file);
    if (!identity().equals(saved.metadata().get("run"))) {
      throw new CheckpointException(
          file + ": this run is of another model or plan; delete the file to begin anew");
    }
    fill(model, saved, file);
    LibTorch.fill(optimiser.mean(), saved.values(MEAN));
    LibTorch.fill(optimiser.square(), saved.values(SQUARE));
    return step(saved);
  }
}

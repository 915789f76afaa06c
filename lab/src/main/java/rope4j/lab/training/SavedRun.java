package rope4j.lab.training;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import rope4j.checkpoint.CheckpointException;
import rope4j.lab.model.LanguageModel;
import rope4j.lab.model.LibTorch;
import rope4j.lab.model.PositionEncoding;
import rope4j.lab.weights.WeightFile;

/// A run as it is written down: weights, the optimiser's memory, the step.
record SavedRun(LanguageModel model, TrainingPlan plan, PositionEncoding encoding) {

  private static final String MEAN = "optimiser.mean";
  private static final String SQUARE = "optimiser.square";

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
    model
        .parameters()
        .byName()
        .forEach((name, tensor) -> LibTorch.fill(tensor, saved.values(name)));
    LibTorch.fill(optimiser.mean(), saved.values(MEAN));
    LibTorch.fill(optimiser.square(), saved.values(SQUARE));
    return Integer.parseInt(saved.metadata().getOrDefault("step", "0"));
  }
}

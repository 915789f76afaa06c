package rope4j.lab.experiment;

import java.nio.file.Path;
import java.util.Optional;
import rope4j.lab.export.GgufExport;
import rope4j.lab.export.Release;
import rope4j.lab.export.Storage;
import rope4j.lab.model.LanguageModel;
import rope4j.lab.model.ModelConfig;
import rope4j.lab.model.PositionEncoding.Rope;
import rope4j.lab.training.SavedRun;

/// Takes a model that an experiment trained out of the lab.
public final class CheckpointExport {

  private CheckpointExport() {}

  /// Writes a checkpoint as a GGUF file of bare token ids, as it was trained.
  ///
  /// @param encoding which of the experiment's encodings it was trained with; one that rotates
  /// @throws IllegalArgumentException when there is no such encoding, or it does not rotate
  /// @throws rope4j.checkpoint.CheckpointException when the checkpoint can't be read or is of
  ///   another shape, or the file can't be written
  public static void write(
      Experiment experiment, String encoding, Path checkpoint, Storage storage, Path file) {
    Encoding trained =
        experiment.encodings().stream()
            .filter(one -> one.name().equals(encoding))
            .findFirst()
            .orElseThrow(() ->
                new IllegalArgumentException(
                    experiment.name()
                        + " has no encoding '"
                        + encoding
                        + "'; it has "
                        + String.join(
                            ", ", experiment.encodings().stream().map(Encoding::name).toList())));
    ModelConfig config = LibTorchTrainer.config(experiment, trained);
    if (!(config.encoding() instanceof Rope rope)) {
      throw new IllegalArgumentException(
          "the encoding '" + encoding + "' does not rotate, and GGUF has no words for it");
    }
    try (LanguageModel model = SavedRun.model(config, checkpoint)) {
      String name = experiment.name() + ", " + encoding;
      GgufExport.write(
          new Release(name, model, rope, config.trainedLength(), Optional.empty()), storage, file);
    }
  }
}

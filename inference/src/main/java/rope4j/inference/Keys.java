package rope4j.inference;

import java.util.OptionalDouble;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.ModelDescription;
import rope4j.inference.source.ModelSource;

/// Hyper-parameters of open files by their names without the architecture's prefix.
record Keys(ModelSource source, ModelDescription model) {

  Keys(ModelSource source) {
    this(source, source.description());
  }

  float real(String suffix, double otherwise) {
    OptionalDouble value = source.metadata().real(key(suffix));
    if (value.isPresent() && !Double.isFinite(value.getAsDouble())) {
      throw new CheckpointException(
          key(suffix) + " is " + value.getAsDouble() + ", but a finite number was expected");
    }
    return (float) value.orElse(otherwise);
  }

  /// @throws CheckpointException when the file has no such key
  float real(String suffix) {
    if (source.metadata().get(key(suffix)).isEmpty()) {
      throw new CheckpointException(
          "the file has no "
              + key(suffix)
              + ", which a "
              + model.architecture()
              + " model needs: convert it again");
    }
    return real(suffix, 0);
  }

  /// A number above 0 that something is divided by.
  float divisor(String suffix, double otherwise) {
    float value = real(suffix, otherwise);
    if (value == 0) {
      throw new CheckpointException(
          key(suffix) + " is 0, but something is divided by it: convert the model again");
    }
    return value;
  }

  int count(String suffix, int otherwise) {
    return source.metadata().count(key(suffix)).orElse(otherwise);
  }

  boolean bool(String suffix, boolean otherwise) {
    return source.metadata().bool(key(suffix)).orElse(otherwise);
  }

  boolean hasTensor(String name) {
    return source.tensor(name).isPresent();
  }

  /// Blocks the decoder runs: those behind them predict further tokens and are left alone.
  int blocks() {
    return Math.max(1, model.layers() - count("nextn_predict_layers", 0));
  }

  private String key(String suffix) {
    return model.architecture() + "." + suffix;
  }
}

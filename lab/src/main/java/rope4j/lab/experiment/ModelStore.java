package rope4j.lab.experiment;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import rope4j.checkpoint.CheckpointException;

/// Trained models, and those in training, each in a folder that is named by all its settings: what
/// one experiment has trained another takes as it is.
final class ModelStore {

  /// Beside the weights: an experiment file that trains this model and no other.
  static final String SETTINGS = "model.json";

  private static final String LOCK = "lock";

  private final Path root;
  private final Map<String, Lock> locks = new ConcurrentHashMap<>();

  ModelStore(Path root) {
    this.root = root;
  }

  /// Where the model of a job lies, or will.
  Path folder(Experiment experiment, Experiment.Job job) {
    return root.resolve(ModelSettings.of(experiment, job).key());
  }

  /// Does something with the folder of a job's model, which exists and nobody else uses: another
  /// thread or process that trains the same model is waited for.
  ///
  /// @throws CheckpointException when the folder can't be made
  <T> T with(Experiment experiment, Experiment.Job job, Function<Path, T> work) {
    ModelSettings settings = ModelSettings.of(experiment, job);
    Path folder = root.resolve(settings.key());
    // The system's locks are between processes only.
    Lock threads = locks.computeIfAbsent(settings.key(), _ -> new ReentrantLock());
    threads.lock();
    try {
      Files.createDirectories(folder);
      try (FileChannel channel =
              FileChannel.open(
                  folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock _ = channel.lock()) {
        Files.writeString(folder.resolve(SETTINGS), settings.file());
        return work.apply(folder);
      }
    } catch (IOException e) {
      throw new CheckpointException(
          folder + ": the folder can't be used (" + e + "); name another with --models", e);
    } finally {
      threads.unlock();
    }
  }
}

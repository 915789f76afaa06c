package rope4j.lab.experiment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.CheckpointException;
import rope4j.lab.result.Result;
import rope4j.lab.result.ResultFile;

/// Runs an experiment job by job, several at once where it may. A job's results are written all at
/// once when it is done; a run that goes on later repeats no finished job, and takes up the models
/// in progress at their last checkpoints.
///
/// How many jobs run at once changes no result: each is computed by one thread, and results stand
/// in the order of the jobs.
public final class Runner {

  /// The file with the results in an experiment's folder.
  public static final String RESULTS = "results.jsonl";

  private final Experiment experiment;
  private final ModelTrainer trainer;
  private final Path folder;
  private final ModelStore models;
  private final int parallel;
  private final String version;
  private final String command;
  private final List<Result> results = new ArrayList<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  Runner(
      Experiment experiment,
      ModelTrainer trainer,
      Path folder,
      Path models,
      int parallel,
      String version,
      String command) {
    this.experiment = experiment;
    this.trainer = trainer;
    this.folder = folder;
    this.models = new ModelStore(models);
    this.parallel = parallel;
    this.version = version;
    this.command = command;
  }

  /// A runner that trains with LibTorch.
  ///
  /// @param folder where the results go
  /// @param models where trained models lie, for all experiments
  /// @param parallel how many models are trained or asked at once, each on one thread
  /// @param version written to each result
  /// @param command written to each result
  public static Runner of(
      Experiment experiment,
      Path folder,
      Path models,
      int parallel,
      String version,
      String command) {
    return new Runner(
        experiment, new LibTorchTrainer(), folder, models, parallel, version, command);
  }

  /// Runs what is not done yet.
  ///
  /// @param resume whether results of an earlier run may be there
  /// @return all results of this experiment
  /// @throws CheckpointException when the folder holds other results, or can't be written
  public List<Result> run(boolean resume, RunProgress progress) {
    Path file = folder.resolve(RESULTS);
    results.addAll(ResultFile.read(file));
    if (!resume && !results.isEmpty()) {
      throw new CheckpointException(
          folder + ": results are there; go on with --resume, or name another folder with --out");
    }
    results.forEach(this::requireOurs);
    makeFolder();
    Workload workload =
        new Workload(
            experiment,
            (what, done, total, worked) -> {
              stopIfFailed();
              progress.report(what, done, total, worked);
            });
    List<Experiment.Job> open = new ArrayList<>();
    for (Experiment.Job job : experiment.jobs()) {
      if (results.stream().anyMatch(result -> isOf(job, result))) {
        workload.skip(job);
        // It may have been killed between the two.
        runOf(job, workload).forget();
      } else {
        open.add(job);
      }
    }
    // Closing it waits for all.
    try (ExecutorService workers = Executors.newFixedThreadPool(parallel)) {
      open.forEach(job -> workers.execute(() -> run(job, workload)));
    }
    return switch (failure.get()) {
      case null -> List.copyOf(results);
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    };
  }

  private JobRun runOf(Experiment.Job job, Workload workload) {
    return new JobRun(experiment, job, trainer, models, workload, version, command);
  }

  private void run(Experiment.Job job, Workload workload) {
    try {
      stopIfFailed();
      JobRun run = runOf(job, workload);
      add(run.run());
      run.forget();
    } catch (RuntimeException | Error e) {
      failure.compareAndSet(null, e);
    }
  }

  /// When one job fails there is no use in waiting for those beside it: what they have trained is
  /// written down now and then.
  private void stopIfFailed() {
    if (failure.get() != null) {
      throw new CancellationException();
    }
  }

  private synchronized void add(List<Result> more) {
    results.addAll(more);
    List<Experiment.Job> jobs = experiment.jobs();
    results.sort(
        Comparator.comparingInt(result ->
            IntStream.range(0, jobs.size())
                .filter(i -> isOf(jobs.get(i), result))
                .findFirst()
                .orElse(jobs.size())));
    ResultFile.write(folder.resolve(RESULTS), results);
  }

  private void makeFolder() {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new CheckpointException(
          folder + ": the folder can't be made (" + e.getMessage() + "); name another with --out",
          e);
    }
  }

  private static boolean isOf(Experiment.Job job, Result result) {
    return result.encoding().equals(job.encoding().name()) && result.seed() == job.seed();
  }

  /// Results of an experiment that has been changed since must not stand beside new ones.
  private void requireOurs(Result result) {
    boolean changed =
        !result.experiment().equals(experiment.name())
            || experiment.jobs().stream()
                .anyMatch(job ->
                    isOf(job, result) && !result.settings().equals(experiment.fingerprint(job)));
    if (changed) {
      throw new CheckpointException(
          folder
              + ": the results there are of "
              + result.experiment()
              + " with other settings; name another folder with --out");
    }
  }
}

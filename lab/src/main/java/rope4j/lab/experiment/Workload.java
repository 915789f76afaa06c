package rope4j.lab.experiment;

import java.util.Locale;

/// How much of an experiment is done, in tokens read forward; learning from a token costs three
/// times as much as reading it.
final class Workload {

  private static final double LEARNING = 3;

  private final Experiment experiment;
  private final RunProgress listener;
  private final double total;
  private double skipped;
  private double worked;

  Workload(Experiment experiment, RunProgress listener) {
    this.experiment = experiment;
    this.listener = listener;
    this.total = experiment.jobs().stream().mapToDouble(this::of).sum();
  }

  private double of(Experiment.Job job) {
    double work = experiment.training(job).steps() * costOfStep();
    for (Measurement measurement : Measurement.all(experiment, job.encoding())) {
      work += of(measurement);
    }
    for (Strategy strategy : Measurement.strategies(experiment, job.encoding())) {
      double tests =
          Measurement.fineTuned(experiment, strategy).stream().mapToDouble(this::of).sum();
      for (int steps : experiment.fineTuning().steps()) {
        work += steps * costOfStep() + tests;
      }
    }
    return work;
  }

  private double of(Measurement measurement) {
    return (double) experiment.examples() * measurement.length();
  }

  private double costOfStep() {
    return LEARNING * experiment.training().batch() * experiment.training().length();
  }

  /// A job that an earlier run has done.
  void skip(Experiment.Job job) {
    skipped += of(job);
  }

  /// Tells of the steps of a training, some of which an earlier run may have done.
  StepListener training(Experiment.Job job, String what, int steps) {
    return new StepListener() {
      private int before;

      @Override
      public void step(int done, double loss) {
        skipped += (done - before - 1) * costOfStep();
        worked += costOfStep();
        before = done;
        say(
            job,
            String.format(Locale.ROOT, "%s, step %d of %d, loss %.3f", what, done, steps, loss));
      }
    };
  }

  /// Tells of a test.
  void tested(Experiment.Job job, Measurement measurement) {
    worked += of(measurement);
    say(job, "testing " + measurement.label() + " on " + measurement.length() + " tokens");
  }

  private void say(Experiment.Job job, String what) {
    listener.report(
        job.encoding().name() + ", seed " + job.seed() + ": " + what,
        skipped + worked,
        total,
        worked);
  }
}

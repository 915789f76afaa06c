package rope4j.lab.experiment;

import java.util.Locale;

/// How much of an experiment is done, in tokens read forward; learning from a token costs three
/// times as much as reading it. Several threads may tell it of what they do.
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
  synchronized void skip(Experiment.Job job) {
    skipped += of(job);
  }

  /// A training, some of whose steps an earlier run may have done.
  Steps training(Experiment.Job job, String what, int steps) {
    return new Steps(job, what, steps);
  }

  /// The steps of a training.
  final class Steps implements StepListener {

    private final Experiment.Job job;
    private final String what;
    private final int steps;
    private int before;

    private Steps(Experiment.Job job, String what, int steps) {
      this.job = job;
      this.what = what;
      this.steps = steps;
    }

    @Override
    public void step(int done, double loss) {
      synchronized (Workload.this) {
        skipped += (done - before - 1) * costOfStep();
        worked += costOfStep();
        before = done;
        say(
            job,
            String.format(Locale.ROOT, "%s, step %d of %d, loss %.3f", what, done, steps, loss));
      }
    }

    /// The model is trained: what was not heard of here was done before.
    void end() {
      synchronized (Workload.this) {
        skipped += (steps - before) * costOfStep();
        before = steps;
      }
    }
  }

  /// Tells of a test.
  synchronized void tested(Experiment.Job job, Measurement measurement) {
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

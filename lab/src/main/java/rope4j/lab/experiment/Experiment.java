package rope4j.lab.experiment;

import java.util.ArrayList;
import java.util.List;
import rope4j.lab.task.Task;

/// What is trained and what it is tested with.
///
/// @param name for example `induction`
/// @param description one or two sentences
/// @param task what is learnt
/// @param model how large the models are
/// @param training how they are trained
/// @param seeds each encoding is trained once for each
/// @param encodings how positions are told
/// @param strategies scalings to test models that rotate with
/// @param lengths tokens of the test sequences, ascending
/// @param factors the scalings' factors; empty for length over trained length
/// @param fineTuning what is trained after a scaling was put on
/// @param examples test sequences of each length
public record Experiment(
    String name,
    String description,
    Task task,
    ModelSize model,
    Training training,
    List<Long> seeds,
    List<Encoding> encodings,
    List<Strategy> strategies,
    List<Integer> lengths,
    List<Double> factors,
    FineTuning fineTuning,
    int examples) {

  /// Training one model and testing it.
  public record Job(Encoding encoding, long seed) {

    /// A name that a folder can have.
    String folder() {
      return encoding.name().replaceAll("[^A-Za-z0-9.]+", "-") + "-" + seed;
    }
  }

  public Experiment {
    seeds = List.copyOf(seeds);
    encodings = List.copyOf(encodings);
    strategies = List.copyOf(strategies);
    lengths = lengths.stream().sorted().toList();
    factors = List.copyOf(factors);
  }

  /// All jobs: every encoding with the first seed, then with the next.
  public List<Job> jobs() {
    List<Job> jobs = new ArrayList<>();
    for (long seed : seeds) {
      encodings.forEach(encoding -> jobs.add(new Job(encoding, seed)));
    }
    return jobs;
  }

  /// The same with other seeds.
  public Experiment withSeeds(List<Long> others) {
    return new Experiment(
        name,
        description,
        task,
        model,
        training,
        others,
        encodings,
        strategies,
        lengths,
        factors,
        fineTuning,
        examples);
  }

  /// The same with more or fewer test sequences.
  Experiment withExamples(int other) {
    return new Experiment(
        name,
        description,
        task,
        model,
        training,
        seeds,
        encodings,
        strategies,
        lengths,
        factors,
        fineTuning,
        other);
  }

  /// How a job's model is trained.
  public Training training(Job job) {
    return training.withSteps(job.encoding().steps().orElse(training.steps()));
  }

  /// How large a job's model is, and how its weights begin.
  public ModelSize model(Job job) {
    return job.encoding().initialisation().map(model::withInitialisation).orElse(model);
  }

  /// Sixteen hexadecimal digits that change with everything a job's results depend on.
  public String fingerprint(Job job) {
    return ModelSettings.digest(
        ModelSettings.of(this, job).key(),
        job.encoding().name(),
        strategies.toString(),
        lengths.toString(),
        factors.toString(),
        fineTuning.toString(),
        Integer.toString(examples));
  }
}

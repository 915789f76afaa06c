package rope4j.lab.experiment;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import rope4j.lab.model.ModelConfig;
import rope4j.lab.training.StepCost;

/// What training costs under the encodings of an experiment.
public final class Costs {

  private static final Encoding NONE =
      new Encoding(
          "no positions",
          Encoding.Kind.NOPE,
          10_000,
          1,
          1,
          Encoding.Recurrence.NONE,
          OptionalInt.empty(),
          Optional.empty());

  private Costs() {}

  /// Measures a step of the experiment's batch under each encoding in turn, and under none at all,
  /// which comes first.
  ///
  /// @param rounds steps of each
  public static SequencedMap<String, StepCost> of(Experiment experiment, int rounds) {
    List<Encoding> encodings = new ArrayList<>(List.of(NONE));
    encodings.addAll(experiment.encodings());
    List<ModelConfig> configs =
        encodings.stream().map(encoding -> LibTorchTrainer.config(experiment, encoding)).toList();
    List<StepCost> costs =
        StepCost.measure(
            configs,
            LibTorchTrainer.batch(Batches.training(experiment, experiment.seeds().getFirst(), 0)),
            rounds);
    SequencedMap<String, StepCost> named = new LinkedHashMap<>();
    for (int i = 0; i < costs.size(); i++) {
      named.put(encodings.get(i).name(), costs.get(i));
    }
    return named;
  }
}

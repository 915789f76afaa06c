package rope4j.diagnosis.rules;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.config.Dialect;
import rope4j.checkpoint.config.RopeReading;
import rope4j.checkpoint.model.FolderCheckpoint;
import rope4j.diagnosis.text.Figures;
import rope4j.rotation.Frequencies;

/// What the engines make of one configuration.
///
/// @param byDialect frequencies of the scaled layers; an engine that refuses is left out
record Readings(Map<Dialect, Frequencies> byDialect) {

  /// Smaller differences are rounding.
  private static final double NOTHING = 1e-4;

  private static final List<Dialect> ENGINES =
      List.of(Dialect.TRANSFORMERS, Dialect.VLLM, Dialect.LLAMA_CPP);

  /// Reads a folder for a length, or for the one it advertises.
  static Readings of(FolderCheckpoint folder, OptionalInt length) {
    int tokens = length.orElse(folder.config().maxPositionEmbeddings());
    Map<Dialect, Frequencies> found = new EnumMap<>(Dialect.class);
    for (Dialect dialect : ENGINES) {
      read(folder, dialect, tokens).ifPresent(frequencies -> found.put(dialect, frequencies));
    }
    return new Readings(found);
  }

  private static Optional<Frequencies> read(FolderCheckpoint folder, Dialect dialect, int tokens) {
    try {
      RopeReading reading =
          RopeReading.of(folder.config(), dialect, OptionalInt.of(tokens), RopeOverrides.NONE);
      return Optional.of(AppliedRope.scaled(reading).frequencies());
    } catch (CheckpointException e) {
      return Optional.empty();
    }
  }

  /// Whether two engines multiply cosine and sine, or attention scores, differently.
  boolean magnitudesDiffer() {
    return byDialect.values().stream()
        .anyMatch(a ->
            byDialect.values().stream()
                .anyMatch(b -> Math.abs(scores(a) / scores(b) - 1) > NOTHING));
  }

  /// Whether an engine multiplies differently from Transformers.
  boolean differsFromTransformers(Dialect dialect) {
    Frequencies right = byDialect.get(Dialect.TRANSFORMERS);
    Frequencies other = byDialect.get(dialect);
    return right != null && other != null && Math.abs(scores(other) / scores(right) - 1) > NOTHING;
  }

  /// For example `1.1386 in Transformers, 1 in vLLM`.
  String magnitudes() {
    List<String> parts = new ArrayList<>();
    byDialect.forEach((dialect, frequencies) ->
        parts.add(
            Figures.number(Math.rint(Math.sqrt(scores(frequencies)) * 1e4) / 1e4)
                + " in "
                + dialect.title()));
    return parts.stream().collect(Collectors.joining(", "));
  }

  /// The largest difference between two engines' frequencies, relative; 0 when one refuses.
  double worstFrequency(Dialect one, Dialect other) {
    Frequencies a = byDialect.get(one);
    Frequencies b = byDialect.get(other);
    return a == null || b == null ? 0 : worst(a.inverse(), b.inverse());
  }

  /// The largest relative difference of two tables of frequencies.
  static double worst(double[] right, double[] wrong) {
    double worst = 0;
    for (int i = 0; i < Math.min(right.length, wrong.length); i++) {
      if (right[i] > 1e-20) {
        worst = Math.max(worst, Math.abs(wrong[i] - right[i]) / right[i]);
      }
    }
    return worst;
  }

  private static double scores(Frequencies frequencies) {
    return Math.pow(frequencies.attentionFactor(), 2) * frequencies.softmaxScaleMultiplier();
  }
}

package rope4j.diagnosis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.json.JsonReader;
import rope4j.diagnosis.probe.trial.Candidate;
import rope4j.inference.Model;
import rope4j.rotation.AttentionScaled;
import rope4j.rotation.CriticalBaseNtk;
import rope4j.rotation.Hope;
import rope4j.rotation.LayerRotations;
import rope4j.rotation.Linear;
import rope4j.rotation.NtkAware;
import rope4j.rotation.NtkByParts;
import rope4j.rotation.Precision;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Scaling;
import rope4j.rotation.Unscaled;

/// The strategies that the lab measured its trained models under, by its names, at four times their
/// trained length.
public final class LabStrategies {

  public static final int TRAINED = 128;
  public static final int LENGTH = 512;
  private static final int FACTOR = LENGTH / TRAINED;

  private LabStrategies() {}

  private static Map<String, Scaling> scalings() {
    double temperature = 1 + 0.1 * Math.log(FACTOR);
    Map<String, Scaling> all = new LinkedHashMap<>();
    all.put("unscaled", new Unscaled());
    all.put("PI", new Linear(FACTOR));
    all.put("NTK-aware", new NtkAware(FACTOR));
    all.put("critical base", new CriticalBaseNtk(TRAINED, LENGTH));
    all.put("by parts", new NtkByParts(FACTOR, TRAINED, 4, 1));
    all.put("YaRN", new AttentionScaled(new NtkByParts(FACTOR, TRAINED, 4, 1), temperature));
    all.put(
        "YaRN, default betas",
        new AttentionScaled(new NtkByParts(FACTOR, TRAINED, 32, 1), temperature));
    all.put("HoPE mask", new Hope(TRAINED));
    return all;
  }

  /// All of them, unscaled first.
  public static List<Candidate> candidates(Model model) {
    return scalings().entrySet().stream()
        .map(strategy -> candidate(model, strategy.getKey(), strategy.getValue()))
        .toList();
  }

  private static Candidate candidate(Model model, String name, Scaling scaling) {
    RopeParameters parameters =
        model
            .rotation(RopeOverrides.NONE, LENGTH)
            .layer(0)
            .orElseThrow()
            .parameters()
            .withScaling(scaling);
    LayerRotations layers = new LayerRotations(Collections.nCopies(2, Optional.of(parameters)));
    return new Candidate(
        name, name, parameters, LENGTH, model.rotation(layers, LENGTH, Precision.EXACT));
  }

  /// What the lab measured, by strategy.
  ///
  /// @param which of its results
  public static Map<String, Double> measured(Path results, Predicate<Map<String, ?>> which)
      throws IOException {
    Map<String, Double> measured = new LinkedHashMap<>();
    for (String line : Files.readAllLines(results)) {
      Map<String, ?> value = JsonReader.readObject(line.getBytes(UTF_8));
      if (which.test(value)) {
        measured.put((String) value.get("strategy"), ((Number) value.get("value")).doubleValue());
      }
    }
    return measured;
  }

  /// Demands that a probe puts strategies in the order of what the lab measured, of which there
  /// must be something to compare.
  ///
  /// @param noise closer than this two strategies are not told apart
  public static void assertSameOrder(
      Map<String, Double> measured, ToDoubleFunction<String> probed, double noise) {
    int compared = 0;
    for (String one : measured.keySet()) {
      for (String other : measured.keySet()) {
        if (measured.get(one) > measured.get(other) + noise) {
          assertThat(probed.applyAsDouble(one))
              .as(one + " over " + other)
              .isGreaterThan(probed.applyAsDouble(other));
          compared++;
        }
      }
    }
    assertThat(compared).as("pairs of strategies that the lab tells apart").isGreaterThan(20);
  }
}

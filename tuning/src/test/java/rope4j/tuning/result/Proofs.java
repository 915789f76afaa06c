package rope4j.tuning.result;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.ModelDescription;
import rope4j.diagnosis.recipe.RecipeModel;
import rope4j.tuning.fitness.Evaluator;
import rope4j.tuning.fitness.Measurement;
import rope4j.tuning.fitness.Objective;
import rope4j.tuning.fitness.Window;
import rope4j.tuning.search.Trial;
import rope4j.tuning.space.Candidate;
import rope4j.tuning.space.ClosedForms;
import rope4j.tuning.space.Target;
import rope4j.tuning.space.Targets;

/// Results without a model: YaRN has a loss of 1 and a damage of 0.2, other closed forms do worse.
final class Proofs {

  static final Target TARGET = Targets.small();
  static final ClosedForms FORMS = ClosedForms.of(TARGET, Optional.empty());

  private Proofs() {}

  /// @param loss of the only rotation found
  /// @param damage of it
  static Proof proof(double loss, double damage) {
    return Proof.of(found(loss, damage), FORMS, windows(), Objective.NLL, evaluator(loss, damage));
  }

  static Tuning tuning(double loss, double damage) {
    Proof proof = proof(loss, damage);
    ModelDescription model;
    try (GgufFile file =
        GgufFile.open(
            java.nio.file.Path.of(
                "../inference/src/test/resources/parity/zoo/models/llama-gqa.gguf"))) {
      model = ModelDescription.of(file);
    }
    List<Trial> history = new ArrayList<>();
    for (Point point : proof.points()) {
      history.add(
          new Trial(
              history.size() + 1,
              point.stage(),
              point.candidate(),
              0,
              point.loss().mean(),
              point.damage()));
    }
    return new Tuning(
        "<models>/a&b.gguf",
        model,
        RecipeModel.of("<models>/a&b.gguf", model),
        1024,
        Objective.NLL,
        1,
        new TextFacts("<text>.txt", 17, 2, 6, 12),
        proof.points(),
        proof.bestClosed(),
        proof.yarn(),
        proof.recommended(),
        history,
        new Effort(800, 156, 956, 1_000_000, 60, 61, 0.01));
  }

  static List<Trial> found(double loss, double damage) {
    Candidate candidate =
        Candidate.of("LongRoPE", new double[] {1, 1, 1.5, 2, 3, 4, 4.5, 5}, 1.1, TARGET);
    return List.of(new Trial(100, "longrope", candidate, 2, loss, damage));
  }

  static List<Window> windows() {
    List<Window> windows = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      windows.add(Window.of(new int[1024], 256));
    }
    return windows;
  }

  /// Noise that all rotations share, as texts are easy and hard, and some of their own.
  static Evaluator evaluator(double loss, double damage) {
    List<Window> seen = new ArrayList<>();
    return (candidate, window) -> {
      if (!seen.contains(window)) {
        seen.add(window);
      }
      Random shared = new Random(seen.indexOf(window));
      Random own = new Random(candidate.key().hashCode() + 31L * seen.indexOf(window));
      boolean closed = FORMS.all().contains(candidate);
      boolean yarn = candidate.equals(FORMS.yarn());
      double level = !closed ? loss : yarn ? 1 : 1.5;
      List<Double> blocks = new ArrayList<>();
      for (int i = 0; i < 24; i++) {
        blocks.add(level + 0.3 * shared.nextGaussian() + 0.05 * own.nextGaussian());
      }
      return new Measurement(blocks, List.of(), !closed ? damage : yarn ? 0.2 : 0.5);
    };
  }
}

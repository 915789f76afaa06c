package rope4j.diagnosis.rules;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.recipe.Extension;
import rope4j.diagnosis.recipe.Recipe;
import rope4j.diagnosis.recipe.RecipeModel;
import rope4j.diagnosis.recipe.Recipes;

/// What makes a model reach a length in the engine in question, on one line.
final class LengthRemedy {

  /// Engines whose loader applies no scaling that could be added.
  private static final Set<Engine> WITHOUT_SCALING =
      Engines.only(Engine.JLAMA, Engine.LLAMA3_JAVA, Engine.GPULLAMA3);

  private LengthRemedy() {}

  /// The recipe, or the length to stay within.
  static String of(Subject subject, int tokens) {
    String within = "stay within " + safe(subject) + " tokens";
    return text(subject, tokens).map(text -> text + "; or " + within).orElse(within);
  }

  /// The recipe on one line; empty where the engine can't.
  static Optional<String> text(Subject subject, int tokens) {
    return recipe(subject, tokens)
        .map(recipe ->
            recipe.engine() == Engine.TRANSFORMERS
                ? "set in config.json: " + onOneLine(recipe.text(), " ")
                : onOneLine(recipe.text(), " && "));
  }

  /// The recipe of the engine in question; of llama.cpp or Transformers when it may be any.
  static Optional<Recipe> recipe(Subject subject, int tokens) {
    Engine engine =
        subject
            .engine()
            .orElse(subject.gguf().isPresent() ? Engine.LLAMA_CPP : Engine.TRANSFORMERS);
    return RecipeModel.of(subject.checkpoint(), subject.trainedLength().value()).stream()
        .flatMap(model -> Recipes.of(model, Extension.suggested(model, tokens), tokens).stream())
        .filter(recipe -> recipe.engine() == engine && recipe.possible())
        .findFirst();
  }

  private static int safe(Subject subject) {
    boolean deaf = subject.engine().filter(WITHOUT_SCALING::contains).isPresent();
    return deaf && AppliedRope.ofFiles(subject).filter(AppliedRope::scales).isPresent()
        ? subject.trainedLength().value()
        : subject.facts().advertisedLength().value();
  }

  private static String onOneLine(String text, String between) {
    return text.lines().map(String::strip).collect(Collectors.joining(between));
  }
}

package rope4j.diagnosis.inspection;

import java.util.List;
import java.util.Optional;
import rope4j.checkpoint.model.Checkpoint;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.recipe.Extension;
import rope4j.diagnosis.recipe.Recipe;
import rope4j.diagnosis.recipe.RecipeModel;
import rope4j.diagnosis.recipe.Recipes;

/// What to run the model with, and the text that does it.
///
/// @param extension the rotation that is advised; empty for a model whose rotation can't be told
/// @param recipes the text for every engine in question
record Advice(Optional<Extension> extension, List<Recipe> recipes) {

  static Advice of(Checkpoint checkpoint, Optional<Engine> chosen, Lengths lengths, int trained) {
    Optional<RecipeModel> model = RecipeModel.of(checkpoint, trained);
    if (model.isEmpty()) {
      return new Advice(Optional.empty(), List.of());
    }
    // Never two scalings: a model's own is widened, not stacked upon.
    Extension extension = Extension.suggested(model.get(), lengths.requested());
    List<Engine> engines = Inspector.engines(checkpoint, chosen);
    List<Recipe> recipes =
        Recipes.of(model.get(), extension, lengths.requested()).stream()
            .filter(recipe -> engines.contains(recipe.engine()))
            .toList();
    return new Advice(Optional.of(extension), recipes);
  }
}

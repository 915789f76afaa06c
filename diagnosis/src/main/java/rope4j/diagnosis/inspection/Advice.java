package rope4j.diagnosis.inspection;

import java.util.List;
import java.util.Optional;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.model.Checkpoint;
import rope4j.checkpoint.model.FolderCheckpoint;
import rope4j.checkpoint.model.GgufCheckpoint;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.recipe.Extension;
import rope4j.diagnosis.recipe.Recipe;
import rope4j.diagnosis.recipe.RecipeModel;
import rope4j.diagnosis.recipe.Recipes;
import rope4j.diagnosis.rules.KnownFamily;

/// What to run the model with, and the text that does it.
///
/// @param extension the rotation that is advised; empty for a model whose rotation can't be told
/// @param recipes the text for every engine in question
record Advice(Optional<Extension> extension, List<Recipe> recipes) {

  static Advice of(
      Checkpoint checkpoint,
      Optional<Engine> chosen,
      Lengths lengths,
      Training training,
      Optional<KnownFamily> family) {
    Optional<RecipeModel> model = model(checkpoint);
    if (model.isEmpty()) {
      return new Advice(Optional.empty(), List.of());
    }
    Extension extension = extension(model.get(), lengths.requested(), training, family);
    List<Engine> engines = Inspector.engines(checkpoint, chosen);
    List<Recipe> recipes =
        Recipes.of(model.get(), extension, lengths.requested()).stream()
            .filter(recipe -> engines.contains(recipe.engine()))
            .toList();
    return new Advice(Optional.of(extension), recipes);
  }

  /// Never two scalings: a model's own is widened, not stacked upon. Where the model card says from
  /// which length it is to be scaled, that is taken.
  private static Extension extension(
      RecipeModel model, int length, Training training, Optional<KnownFamily> family) {
    Extension suggested = Extension.suggested(model, length);
    if (suggested instanceof Extension.Yarn
        && training.scaling() == Training.Scaled.NONE
        && family.isPresent()
        && family.get().yarnOriginal().isPresent()) {
      int original = family.get().yarnOriginal().getAsInt();
      return new Extension.Yarn(Math.ceilDiv(length, original), original);
    }
    return suggested;
  }

  private static Optional<RecipeModel> model(Checkpoint checkpoint) {
    if (checkpoint.facts().rotaryDimension().value() < 2) {
      return Optional.empty();
    }
    try {
      String path = checkpoint.path().toString();
      return switch (checkpoint) {
        case GgufCheckpoint gguf -> gguf.description().map(it -> RecipeModel.of(path, it));
        case FolderCheckpoint folder -> Optional.of(RecipeModel.of(path, folder.config()));
      };
    } catch (CheckpointException e) {
      // A configuration that Transformers refuses: a finding says so.
      return Optional.empty();
    }
  }
}

package rope4j.diagnosis.recipe;

import java.util.ArrayList;
import java.util.List;
import rope4j.checkpoint.json.JsonWriter;
import rope4j.diagnosis.engine.Engine;

/// Transformers: keys of `config.json`.
///
/// Source: Transformers `MIGRATION_GUIDE_V5.md`, `modeling_rope_utils.py`.
final class TransformersRecipe implements EngineRecipes {

  @Override
  public List<Recipe> of(Request request) {
    return FolderEngine.recipes(request, Engine.TRANSFORMERS, block -> recipes(request, block));
  }

  private static List<Recipe> recipes(Request request, ConfigBlock block) {
    List<Recipe> recipes = new ArrayList<>();
    recipes.add(
        request.recipe(
            Engine.TRANSFORMERS,
            "Transformers 5",
            JsonWriter.block(block.version5File()),
            notes(request, block)));
    if (FolderEngine.version4(request)) {
      recipes.add(
          request.recipe(
              Engine.TRANSFORMERS,
              "Transformers 4, from 4.43",
              JsonWriter.block(block.version4File()),
              notes(request, block)));
    }
    return recipes;
  }

  private static List<String> notes(Request request, ConfigBlock block) {
    List<String> notes = new ArrayList<>();
    notes.add(
        request.extension() instanceof Extension.Native
            ? "Nothing needs to change: these keys are what config.json already comes to"
            : "Set these keys in config.json before the model is loaded; afterwards they have no"
                + " effect");
    if (block.lengthIsMultiplied()) {
      notes.add(
          "max_position_embeddings stays as it is, because vLLM and SGLang multiply it by the"
              + " factor");
    }
    return notes;
  }
}

package rope4j.diagnosis.recipe;

import java.util.List;

/// One engine's ways to run a model under a rotation.
sealed interface EngineRecipes
    permits LlamaCppRecipe,
        OllamaRecipe,
        LmStudioRecipe,
        KoboldCppRecipe,
        VllmRecipe,
        SglangRecipe,
        TransformersRecipe {

  /// At least one; where the engine can't, one without a text that says so.
  List<Recipe> of(Request request);
}

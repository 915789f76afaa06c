package rope4j.diagnosis.recipe;

import java.util.List;
import rope4j.diagnosis.engine.Engine;

/// How every engine is told to run a model under a rotation.
///
/// Every text says its base where the engine would otherwise lose it, and no text asks for two
/// scalings.
public final class Recipes {

  private static final LlamaCppRecipe LLAMA_CPP = new LlamaCppRecipe();

  private static final List<EngineRecipes> ENGINES =
      List.of(
          LLAMA_CPP,
          new OllamaRecipe(),
          new LmStudioRecipe(),
          new KoboldCppRecipe(),
          new VllmRecipe(),
          new SglangRecipe(),
          new TransformersRecipe());

  private Recipes() {}

  /// All recipes: llama.cpp, Ollama, LM Studio, KoboldCpp, vLLM, SGLang, Transformers, in this
  /// order. An engine has several where its versions or its options differ, and one without a text
  /// where it can't.
  ///
  /// @param contextLength tokens to run with
  /// @throws IllegalArgumentException when the context length is below 1
  public static List<Recipe> of(RecipeModel model, Extension extension, int contextLength) {
    Request request = new Request(model, extension, contextLength);
    return ENGINES.stream().flatMap(engine -> engine.of(request).stream()).toList();
  }

  /// The recipes of the engines that load the model's format.
  ///
  /// @throws IllegalArgumentException when the context length is below 1
  public static List<Recipe> loading(RecipeModel model, Extension extension, int contextLength) {
    List<Engine> engines = Engine.loading(model.format());
    return of(model, extension, contextLength).stream()
        .filter(recipe -> engines.contains(recipe.engine()))
        .toList();
  }

  /// What does exactly what rope4j measures: llama.cpp's command line for a GGUF file, keys of
  /// Transformers' `config.json` for a folder.
  ///
  /// @throws IllegalArgumentException when the context length is below 1
  public static Recipe reproducing(RecipeModel model, Extension extension, int contextLength) {
    Engine engine = Engine.reproduced(model.format());
    return of(model, extension, contextLength).stream()
        .filter(recipe -> recipe.engine() == engine)
        .findFirst()
        .orElseThrow();
  }

  /// llama.cpp's command line by its rotation flags.
  ///
  /// @throws IllegalArgumentException when the context length is below 1
  public static Recipe llamaCpp(RecipeModel model, Extension extension, int contextLength) {
    return LLAMA_CPP.of(new Request(model, extension, contextLength)).getFirst();
  }
}

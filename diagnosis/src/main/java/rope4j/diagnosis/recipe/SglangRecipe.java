package rope4j.diagnosis.recipe;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.json.JsonWriter;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.text.Shell;

/// SGLang: `--json-model-override-args` in the spelling of the Transformers it is installed with.
///
/// Source: SGLang `docs/backend/server_arguments.md`, issues 6030 and 2943.
final class SglangRecipe implements EngineRecipes {

  private static final String REFUSED =
      "Where it still calls the length too long, put SGLANG_ALLOW_OVERWRITE_LONGER_CONTEXT_LEN=1 in"
          + " front; never without the dictionary";

  @Override
  public List<Recipe> of(Request request) {
    return FolderEngine.recipes(request, Engine.SGLANG, block -> recipes(request, block));
  }

  private static List<Recipe> recipes(Request request, ConfigBlock block) {
    if (request.extension() instanceof Extension.Native) {
      return List.of(
          request.beyondCovered()
              ? request.recipe(
                  Engine.SGLANG,
                  "",
                  "SGLANG_ALLOW_OVERWRITE_LONGER_CONTEXT_LEN=1 " + command(request),
                  List.of(
                      "Without the variable SGLang refuses a length that the model does not cover"))
              : request.recipe(Engine.SGLANG, "", command(request), List.of()));
    }
    List<Recipe> recipes = new ArrayList<>();
    recipes.add(recipe(request, "SGLang with Transformers 5", block.version5Override()));
    if (FolderEngine.version4(request)) {
      recipes.add(recipe(request, "SGLang with Transformers 4", block.version4Override()));
    }
    return recipes;
  }

  private static Recipe recipe(
      Request request, String versions, Map<String, @Nullable Object> keys) {
    String text =
        command(request) + " --json-model-override-args " + Shell.quoted(JsonWriter.line(keys));
    return request.recipe(Engine.SGLANG, versions, text, List.of(REFUSED));
  }

  private static String command(Request request) {
    return "python -m sglang.launch_server --model-path "
        + Shell.file(request.model().path())
        + " --context-length "
        + request.contextLength();
  }
}

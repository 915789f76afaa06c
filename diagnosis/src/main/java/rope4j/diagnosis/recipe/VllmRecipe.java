package rope4j.diagnosis.recipe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.json.JsonWriter;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.text.Shell;

/// vLLM: `--hf-overrides` with `rope_parameters`, and `--rope-scaling` where that still exists.
///
/// Source: vLLM `docs/features/context_extension`, `vllm/config/model.py`
/// (`_get_and_verify_max_len`), `vllm/engine/arg_utils.py` of 0.10.
final class VllmRecipe implements EngineRecipes {

  private static final String NEW = "vLLM 0.11.1 and newer";
  private static final String OLD = "vLLM 0.11.0 and older";

  @Override
  public List<Recipe> of(Request request) {
    return FolderEngine.recipes(request, Engine.VLLM, block -> recipes(request, block));
  }

  private static List<Recipe> recipes(Request request, ConfigBlock block) {
    if (request.extension() instanceof Extension.Native) {
      return List.of(
          request.beyondCovered()
              ? request.recipe(
                  Engine.VLLM,
                  "",
                  "VLLM_ALLOW_LONG_MAX_MODEL_LEN=1 " + command(request, ""),
                  List.of(
                      "Without the variable vLLM refuses a length that the model does not cover"))
              : request.recipe(Engine.VLLM, "", command(request, ""), List.of()));
    }
    List<Recipe> recipes = new ArrayList<>();
    recipes.add(
        request.recipe(
            Engine.VLLM,
            NEW,
            command(request, overrides(block.version5Override())),
            axes(request)));
    if (FolderEngine.version4(request)) {
      recipes.add(
          request.recipe(
              Engine.VLLM, OLD, command(request, old(block.version4Override())), axes(request)));
    }
    return recipes;
  }

  private static String command(Request request, String overrides) {
    return "vllm serve "
        + Shell.file(request.model().path())
        + overrides
        + " --max-model-len "
        + request.contextLength();
  }

  private static String overrides(Map<String, @Nullable Object> keys) {
    return " --hf-overrides " + Shell.quoted(JsonWriter.line(keys));
  }

  /// The old flags know nothing but the dictionary and the base of a configuration that is not
  /// nested.
  private static String old(Map<String, @Nullable Object> keys) {
    Map<String, @Nullable Object> rest = new LinkedHashMap<>(keys);
    Object scaling = rest.remove("rope_scaling");
    Object base = rest.remove("rope_theta");
    if (scaling instanceof Map<?, ?> map && "yarn".equals(map.get("rope_type"))) {
      // vLLM works the length out of the dictionary.
      rest.remove("max_position_embeddings");
    }
    if (scaling == null || base == null || !rest.isEmpty()) {
      return overrides(keys);
    }
    return " --rope-scaling "
        + Shell.quoted(JsonWriter.line(scaling))
        + " --rope-theta "
        + JsonWriter.line(base);
  }

  private static List<String> axes(Request request) {
    boolean multimodal =
        request
            .model()
            .config()
            .filter(config -> config.parameters().containsKey("mrope_section"))
            .isPresent();
    return multimodal && request.extension() instanceof Extension.Yarn
        ? List.of(
            "For models with several position axes vLLM places YaRN's ramp at four times the original"
                + " length, so it rotates a little differently from Transformers")
        : List.of();
  }
}

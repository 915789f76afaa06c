package rope4j.diagnosis.recipe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.json.JsonWriter;
import rope4j.diagnosis.engine.Engine;

/// LM Studio: a patched copy, or the base through its SDK.
///
/// Its SDK also has `ropeFrequencyScale`, which its documentation describes as growing with the
/// context while llama.cpp's shrinks; a factor therefore goes into the file, which can't be
/// misread.
///
/// Source: LM Studio docs, `lms load`, `lms import`, `LLMLoadModelConfig`.
final class LmStudioRecipe implements EngineRecipes {

  @Override
  public List<Recipe> of(Request request) {
    return GgufTarget.of(request)
        .map(LmStudioRecipe::recipes)
        .orElseGet(() -> List.of(request.impossible(Engine.LM_STUDIO, GgufTarget.reason(request))));
  }

  private static List<Recipe> recipes(GgufTarget target) {
    Request request = target.request();
    List<String> notes = target.notes();
    notes.add(
        "MODEL is the key that lms ls shows; --estimate-only says whether the memory suffices");
    String load = "lms load MODEL --context-length " + request.contextLength();
    if (target.suffices()) {
      return List.of(request.recipe(Engine.LM_STUDIO, "", load, notes));
    }
    switch (request.extension()) {
      case Extension.Yarn _ -> notes.add("LM Studio has no option for YaRN");
      case Extension.Linear _ ->
          notes.add(
              "LM Studio does not say clearly which way its RoPE scale goes, so the factor is put"
                  + " into the file");
      default -> {}
    }
    List<Recipe> recipes =
        new ArrayList<>(
            List.of(
                request.recipe(
                    Engine.LM_STUDIO,
                    "",
                    target.patch() + "\nlms import " + target.patched() + "\n" + load,
                    notes)));
    if (request.extension() instanceof Extension.RaisedBase raised) {
      Map<String, @Nullable Object> config = new LinkedHashMap<>();
      config.put("contextLength", request.contextLength());
      config.put("ropeFrequencyBase", ConfigBlock.theta(raised.base()));
      List<String> sdkNotes = target.notes();
      sdkNotes.add("The load configuration of LM Studio's SDK, for the file as it is");
      recipes.add(
          request.recipe(Engine.LM_STUDIO, "lmstudio-js", JsonWriter.line(config), sdkNotes));
    }
    return recipes;
  }
}

package rope4j.tuning.fitness;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.json.JsonReader;
import rope4j.checkpoint.json.JsonWriter;
import rope4j.checkpoint.patch.ConfigPatch;
import rope4j.checkpoint.patch.ConfigPatch.Change;
import rope4j.checkpoint.patch.ConfigPatch.Literal;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.recipe.Recipe;
import rope4j.diagnosis.recipe.RecipeModel;
import rope4j.diagnosis.recipe.Recipes;
import rope4j.tuning.space.Candidate;

/// A candidate in a `config.json`, as the recipes for Transformers spell it: as version 5 does and,
/// where the model is old enough for version 4, as that does too, or it would pass over the scaling
/// silently.
public final class ConfigRotation {

  /// What is replaced as a whole; other objects are entered.
  private static final Set<String> DICTIONARIES = Set.of("rope_parameters", "rope_scaling");

  private ConfigRotation() {}

  /// What to change in a folder's `config.json`.
  ///
  /// @param model of a folder
  /// @throws CheckpointException when Transformers has no keys for it
  public static ConfigPatch patch(RecipeModel model, Candidate candidate, int contextLength) {
    List<Recipe> recipes =
        Recipes.loading(model, candidate.extension(model), contextLength).stream()
            .filter(recipe -> recipe.engine() == Engine.TRANSFORMERS)
            .toList();
    List<Change> changes = new ArrayList<>();
    for (Recipe recipe : recipes) {
      if (!recipe.possible()) {
        throw new CheckpointException(model.path() + ": " + recipe.note());
      }
      add(
          changes,
          List.of(),
          JsonReader.readObject(recipe.text().getBytes(StandardCharsets.UTF_8)));
    }
    return new ConfigPatch(changes);
  }

  private static void add(
      List<Change> changes, List<String> place, Map<String, @Nullable Object> keys) {
    keys.forEach((key, value) -> {
      List<String> path = new ArrayList<>(place);
      path.add(key);
      if (value == null) {
        changes.add(new ConfigPatch.Remove(path));
      } else if (value instanceof Map<?, ?> inner && !DICTIONARIES.contains(key)) {
        add(changes, path, texts(inner));
      } else {
        changes.add(new ConfigPatch.Set(path, written(value)));
      }
    });
  }

  private static Map<String, @Nullable Object> texts(Map<?, ?> map) {
    Map<String, @Nullable Object> texts = new LinkedHashMap<>();
    map.forEach((key, value) -> texts.put(String.valueOf(key), value));
    return texts;
  }

  /// Objects in the style of the file, all else as the recipe has it.
  private static Object written(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> members = new LinkedHashMap<>();
      map.forEach((key, member) -> members.put(String.valueOf(key), written(member)));
      return members;
    }
    return new Literal(JsonWriter.line(value));
  }
}

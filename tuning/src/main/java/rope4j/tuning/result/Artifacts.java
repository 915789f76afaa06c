package rope4j.tuning.result;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.config.HuggingFaceConfig;
import rope4j.checkpoint.json.JsonWriter;
import rope4j.checkpoint.patch.ConfigPatcher;
import rope4j.checkpoint.patch.GgufPatcher;
import rope4j.checkpoint.patch.RopePatch;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.engine.Engine.Format;
import rope4j.diagnosis.recipe.Extension;
import rope4j.diagnosis.recipe.Recipe;
import rope4j.diagnosis.recipe.RecipeModel;
import rope4j.diagnosis.recipe.Recipes;
import rope4j.tuning.fitness.ConfigRotation;
import rope4j.tuning.fitness.Rotations;
import rope4j.tuning.space.Candidate;

/// What to run a result with: recipes for every engine, the keys of a `config.json`, and a copy of
/// the model's file.
public final class Artifacts {

  /// How a recipe calls the Hugging Face folder that the file was made from.
  private static final String FOLDER = "MODEL_FOLDER";

  private Artifacts() {}

  /// Recipes of the recommended rotation for the engines that load the model, that whose rotation
  /// was measured first; for a GGUF file also for those that load the folder it was made from.
  public static List<Recipe> recipes(Tuning tuning) {
    Candidate recommended = tuning.recommended().candidate();
    RecipeModel model = tuning.recipeModel();
    Extension extension = recommended.extension(model);
    Engine measured = Engine.reproduced(model.format());
    List<Recipe> recipes =
        new ArrayList<>(Recipes.loading(model, extension, tuning.contextLength()));
    recipes.sort(Comparator.comparing(recipe -> recipe.engine() != measured));
    if (model.format() == Format.GGUF) {
      folder(tuning)
          .ifPresent(made ->
              recipes.addAll(
                  Recipes.loading(made, recommended.extension(made), tuning.contextLength())));
    }
    return List.copyOf(recipes);
  }

  /// The recipes as one text.
  public static String text(List<Recipe> recipes) {
    StringBuilder out = new StringBuilder();
    for (Recipe recipe : recipes) {
      String versions = recipe.versions().isEmpty() ? "" : " (" + recipe.versions() + ")";
      out.append("# ").append(recipe.engine().title()).append(versions).append('\n');
      if (recipe.possible()) {
        out.append(recipe.text()).append('\n');
      }
      if (!recipe.note().isEmpty()) {
        out.append("# ").append(recipe.note()).append('\n');
      }
      out.append('\n');
    }
    return out.toString();
  }

  /// The keys that a `config.json` of Transformers 5 gets; empty where they can't be told.
  public static Optional<String> configBlock(Tuning tuning) {
    return recipes(tuning).stream()
        .filter(recipe -> recipe.engine() == Engine.TRANSFORMERS && recipe.possible())
        .findFirst()
        .map(Recipe::text);
  }

  /// A GGUF file as the folder it was made from: what it says is enough for the keys of its
  /// rotation.
  private static Optional<RecipeModel> folder(Tuning tuning) {
    ModelDescription model = tuning.model();
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("model_type", model.rope().longFactors().isEmpty() ? "llama" : "phi3");
    config.put("hidden_size", model.headDimension() * model.heads());
    config.put("num_attention_heads", model.heads());
    config.put("num_hidden_layers", model.layers());
    config.put("head_dim", model.headDimension());
    config.put("max_position_embeddings", model.trainedLength());
    config.put("rope_theta", model.rope().base());
    if (model.rotaryDimension() != model.headDimension()) {
      config.put("partial_rotary_factor", (double) model.rotaryDimension() / model.headDimension());
    }
    try {
      return Optional.of(
          RecipeModel.of(
              FOLDER,
              HuggingFaceConfig.parse(
                  "config.json", JsonWriter.line(config).getBytes(StandardCharsets.UTF_8))));
    } catch (CheckpointException _) {
      return Optional.empty();
    }
  }

  /// Writes a copy of a folder's `config.json` with the keys that were measured, whole or not at
  /// all; an older one is replaced.
  ///
  /// @param in the folder, or its `config.json`
  /// @throws CheckpointException when it can't be written
  public static void writeConfig(Tuning tuning, Path in, Path out) {
    var _ =
        ConfigPatcher.write(
            in,
            _ ->
                ConfigRotation.patch(
                    tuning.recipeModel(), tuning.recommended().candidate(), tuning.contextLength()),
            out,
            true);
  }

  /// Writes a copy of a GGUF file that llama.cpp rotates as recommended without a flag, whole or
  /// not at all; an older one is replaced.
  ///
  /// @param in the open file
  /// @return what this copy can't do, each a sentence
  /// @throws CheckpointException when it can't be written, or would not rotate so
  public static List<String> writeModel(Tuning tuning, GgufFile in, Path out) {
    RopePatch patch =
        Rotations.patch(
            in, tuning.recommended().candidate(), OptionalInt.of(tuning.contextLength()));
    var _ = GgufPatcher.write(in, patch.patch(), out, true, patch.rotation()::accept);
    return patch.warnings();
  }
}

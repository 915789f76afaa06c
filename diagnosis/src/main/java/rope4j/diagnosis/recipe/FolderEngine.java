package rope4j.diagnosis.recipe;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import rope4j.checkpoint.config.ConfigRope;
import rope4j.diagnosis.engine.Engine;

/// What the engines that load Hugging Face folders have in common.
final class FolderEngine {

  private FolderEngine() {}

  /// The recipes for a folder, or one that says why there are none.
  static List<Recipe> recipes(
      Request request, Engine engine, Function<ConfigBlock, List<Recipe>> recipes) {
    Optional<ConfigRope> config = request.model().config();
    if (config.isEmpty()) {
      return List.of(
          request.impossible(
              engine,
              engine.title()
                  + " loads the Hugging Face folder that this file was made from: name that folder"));
    }
    boolean allowed =
        switch (request.extension()) {
          case Extension.Linear _, Extension.Yarn _, Extension.Llama3 _ -> false;
          default -> true;
        };
    if (config.get().spelling().longRopeOnly() && !allowed) {
      return List.of(
          request.impossible(
              engine,
              "The model's class accepts no scaling but longrope and refuses to load this"));
    }
    return recipes.apply(new ConfigBlock(request, config.get()));
  }

  /// Whether the older spelling can say it.
  static boolean version4(Request request) {
    return request.model().config().filter(config -> config.spelling().version4()).isPresent();
  }
}

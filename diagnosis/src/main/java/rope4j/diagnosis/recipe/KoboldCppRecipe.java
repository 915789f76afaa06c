package rope4j.diagnosis.recipe;

import java.util.ArrayList;
import java.util.List;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.text.Shell;

/// KoboldCpp, which raises the base by itself unless it is told a scale and a base, or the file has
/// a scaling: `--ropeconfig SCALE BASE` for linear scaling and a base, `--overridekv` for the rest.
///
/// Source: KoboldCpp `koboldcpp.py`, `gpttype_adapter.cpp`.
final class KoboldCppRecipe implements EngineRecipes {

  @Override
  public List<Recipe> of(Request request) {
    return List.of(
        GgufTarget.of(request)
            .map(KoboldCppRecipe::recipe)
            .orElseGet(() -> request.impossible(Engine.KOBOLDCPP, GgufTarget.reason(request))));
  }

  private static Recipe recipe(GgufTarget target) {
    Request request = target.request();
    String file = target.needsCopy() ? target.patched() : target.file();
    List<String> words =
        new ArrayList<>(
            List.of(
                "koboldcpp",
                "--model",
                Shell.file(file),
                "--contextsize",
                Integer.toString(request.contextLength())));
    List<String> notes = target.notes();
    String versions = "";
    if (byKeys(request)) {
      versions = "versions with --overridekv";
      words.add("--overridekv");
      words.add(LlamaCppFlags.overrideKv(target.architecture(), target.flags(), target.claimed()));
    } else if (target.needsCopy()) {
      notes.add("No flag sets frequency factors, so a copy of the file gets them");
    } else if (!(request.extension() instanceof Extension.Native) || request.beyondAdvertised()) {
      words.add("--ropeconfig");
      words.add(LlamaCppFlags.number(target.flags().frequencyScale().orElse(1)));
      words.add(
          LlamaCppFlags.number(target.flags().frequencyBase().orElse(request.model().base())));
      notes.add(
          "--ropeconfig takes the scale and the base; without it KoboldCpp picks a base itself");
    }
    String command = String.join(" ", words);
    return request.recipe(
        Engine.KOBOLDCPP,
        versions,
        target.needsCopy() ? target.patch() + "\n" + command : command,
        notes);
  }

  /// `--ropeconfig` leaves the file's type of scaling in force, so it is only for files without
  /// one.
  private static boolean byKeys(Request request) {
    boolean typed = request.model().own().filter(own -> !own.tensor()).isPresent();
    return switch (request.extension()) {
      case Extension.Native _ -> false;
      case Extension.Yarn _ -> true;
      case Extension.Divisors _ -> false;
      default -> typed;
    };
  }
}

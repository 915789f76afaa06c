package rope4j.diagnosis.recipe;

import java.util.ArrayList;
import java.util.List;
import rope4j.checkpoint.RopeScalingType;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.text.Shell;

/// llama.cpp: its rotation flags, and the same as one `--override-kv`.
///
/// Source: llama.cpp `common/arg.cpp`, `tools/server/README.md`; pull request 28030 for the cap.
final class LlamaCppRecipe implements EngineRecipes {

  private static final String CAP_LIFTED =
      "--override-kv lifts llama-server's cap at the trained length; llama-cli does not need it";

  private static final String SLOTS =
      "-c is shared out among the slots of llama-server: add -np 1, or give -c times their number";

  @Override
  public List<Recipe> of(Request request) {
    return GgufTarget.of(request)
        .map(LlamaCppRecipe::recipes)
        .orElseGet(() -> List.of(request.impossible(Engine.LLAMA_CPP, GgufTarget.reason(request))));
  }

  private static List<Recipe> recipes(GgufTarget target) {
    if (target.needsCopy()) {
      List<String> notes = target.notes();
      notes.add("No flag sets frequency factors, so a copy of the file gets them");
      notes.add(SLOTS);
      String text = target.patch() + "\n" + command(target.patched(), target);
      return List.of(target.request().recipe(Engine.LLAMA_CPP, "", text, notes));
    }
    List<Recipe> recipes = new ArrayList<>(List.of(byFlags(target)));
    String pairs =
        LlamaCppFlags.overrideKv(target.architecture(), target.flags(), target.claimed());
    if (target.flags().scalingType().isPresent()) {
      List<String> notes = target.notes();
      notes.add("The same without a rotation flag, for programs on llama.cpp that have only this");
      notes.add(SLOTS);
      recipes.add(
          target
              .request()
              .recipe(
                  Engine.LLAMA_CPP,
                  "builds that take several keys at once",
                  command(target) + " --override-kv " + pairs,
                  notes));
    }
    return recipes;
  }

  private static Recipe byFlags(GgufTarget target) {
    List<String> words = new ArrayList<>(List.of(command(target)));
    words.addAll(LlamaCppFlags.words(target.flags()));
    List<String> notes = target.notes();
    if (target.claimed().isPresent()) {
      String length =
          "--override-kv "
              + target.architecture()
              + ".context_length=int:"
              + target.request().contextLength();
      if (target.flags().scalingType().filter(RopeScalingType.YARN::equals).isPresent()) {
        notes.add(
            "llama-server builds before 2026-08-30 still cap the context at the trained length under"
                + " YaRN; there, add "
                + length);
      } else {
        words.add(length);
        notes.add(CAP_LIFTED);
      }
    }
    notes.add(SLOTS);
    return target.request().recipe(Engine.LLAMA_CPP, "", String.join(" ", words), notes);
  }

  private static String command(GgufTarget target) {
    return command(target.file(), target);
  }

  private static String command(String file, GgufTarget target) {
    return "llama-server -m " + Shell.file(file) + " -c " + target.request().contextLength();
  }
}

package rope4j.diagnosis.recipe;

import java.util.List;
import rope4j.diagnosis.engine.Engine;

/// Ollama, which has no option for rotation and cuts `num_ctx` down to what the file claims: a
/// patched copy and a Modelfile.
///
/// Source: Ollama `docs/modelfile.mdx`, `llm/server.go`.
final class OllamaRecipe implements EngineRecipes {

  @Override
  public List<Recipe> of(Request request) {
    return List.of(
        GgufTarget.of(request)
            .map(OllamaRecipe::recipe)
            .orElseGet(() -> request.impossible(Engine.OLLAMA, GgufTarget.reason(request))));
  }

  private static Recipe recipe(GgufTarget target) {
    Request request = target.request();
    boolean suffices = target.suffices();
    String model = suffices ? target.stem() + "-" + request.contextLength() : target.name();
    String text =
        (suffices ? "" : target.patch() + "\n")
            + "cat > Modelfile <<'END'\nFROM "
            + (suffices ? from(target.file()) : "./" + target.patched())
            + "\nPARAMETER num_ctx "
            + request.contextLength()
            + "\nEND\nollama create "
            + model
            + " -f Modelfile";
    List<String> notes = target.notes();
    notes.add(
        suffices
            ? "Without num_ctx Ollama allocates a window of its own choice"
            : "Ollama has no option for rotation and cuts num_ctx down to the length the file claims,"
                + " so both must be in the file");
    notes.add(
        "Check the CONTEXT column of ollama ps; requests to /v1 can't set num_ctx themselves");
    return request.recipe(Engine.OLLAMA, "", text, notes);
  }

  /// A path as a Modelfile reads it: names without a folder would be taken for models.
  private static String from(String file) {
    String path = file.contains("/") || file.contains("\\") ? file : "./" + file;
    String line = path.replaceAll("\\p{Cntrl}", "?");
    return line.matches("[^\\s\"]+") ? line : "\"" + line.replace("\"", "\\\"") + "\"";
  }
}

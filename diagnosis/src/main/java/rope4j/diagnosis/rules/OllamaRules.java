package rope4j.diagnosis.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import rope4j.checkpoint.Evidence;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.launch.Launch;
import rope4j.diagnosis.rules.Finding.Severity;

/// Group G, first part: Ollama's window.
final class OllamaRules {

  /// Tokens that Ollama keeps from the beginning unless `num_keep` says otherwise.
  private static final int KEPT = 4;

  static final Rule DEFAULT_WINDOW =
      new Rule(
          "G1-ollama-default-window",
          Severity.NOTE,
          "Ollama chooses the window by the graphics memory",
          "Prompts beyond it lose their beginning without an error: answers come from the tail, system"
              + " prompts are ignored.",
          List.of("ollama#8099", "ollama#10368", "ollama#17889"),
          Set.of(Engine.OLLAMA),
          OllamaRules::defaultWindow);

  static final Rule HALF_KEPT =
      new Rule(
          "G2-ollama-overflow-halves",
          Severity.NOTE,
          "A prompt that is a little too long loses half the window",
          "Ollama cuts down to half the window at once, so one token too many costs thousands.",
          List.of("ollama#17427"),
          Set.of(Engine.OLLAMA),
          OllamaRules::halfKept);

  static final Rule CLAMP =
      new Rule(
          "G4-ollama-clamps",
          Severity.ERROR,
          "Ollama cuts num_ctx down to the file's context length, and has no option for rotation",
          "The window is smaller than asked for; only the server's log says so.",
          List.of("ollama#8493", "ollama llm/server.go"),
          Set.of(Engine.OLLAMA),
          OllamaRules::clamp);

  private OllamaRules() {}

  static List<Rule> all() {
    return List.of(DEFAULT_WINDOW, HALF_KEPT, CLAMP);
  }

  private static Optional<Launch> launch(Subject subject) {
    return ServingRules.launch(subject, Engine.OLLAMA);
  }

  private static List<Hit> defaultWindow(Subject subject) {
    Optional<Launch> launch = launch(subject);
    boolean asked = launch.filter(l -> l.contextLength().isPresent()).isPresent();
    if (asked || !subject.runsOn(Engine.OLLAMA)) {
      return List.of();
    }
    int wanted = subject.requestedLength().orElse(subject.facts().advertisedLength().value());
    Hit hit =
        Hit.of(
            "Without num_ctx the window is 4096, 32768 or 262144 tokens, by the graphics memory, and"
                + " never more than the file's "
                + subject.facts().advertisedLength().value()
                + ".",
            List.of(
                Evidence.byDefault("num_ctx", "by graphics memory"),
                subject.facts().advertisedLength().evidence()),
            "PARAMETER num_ctx "
                + wanted
                + " in the Modelfile, OLLAMA_CONTEXT_LENGTH="
                + wanted
                + " for the server, or \"options\": {\"num_ctx\": "
                + wanted
                + "} in a request; read CONTEXT in `ollama ps`.");
    boolean started = launch.isPresent() && wanted > 4096;
    return List.of(started ? hit.as(Severity.WARNING) : hit);
  }

  private static List<Hit> halfKept(Subject subject) {
    OptionalInt window = subject.requestedLength();
    if (window.isEmpty() || !subject.runsOn(Engine.OLLAMA)) {
      return List.of();
    }
    int size = window.getAsInt();
    int left = size - Math.max((size - KEPT) / 2, 1);
    return List.of(
        Hit.of(
            "A prompt of more than " + size + " tokens is cut to " + left + ".",
            List.of(Evidence.launch("num_ctx", String.valueOf(size))),
            "Send \"truncate\": false to get an error instead, and leave room for the answer."));
  }

  private static List<Hit> clamp(Subject subject) {
    List<Hit> hits = new ArrayList<>();
    int advertised = subject.facts().advertisedLength().value();
    if (subject.runsOn(Engine.OLLAMA) && subject.requestedLength().orElse(0) > advertised) {
      int wanted = subject.requestedLength().getAsInt();
      hits.add(
          Hit.of(
              "A window of " + wanted + " tokens is cut to " + advertised + ".",
              List.of(
                  Evidence.launch("num_ctx", String.valueOf(wanted)),
                  subject.facts().advertisedLength().evidence()),
              LengthRemedy.recipe(subject, wanted)
                  .map(recipe -> patched(recipe.text(), wanted))
                  .orElse("stay within " + advertised + " tokens")));
    }
    launch(subject)
        .ifPresent(launch ->
            launch.options().keySet().stream()
                .filter(name -> name.startsWith("rope_frequency_"))
                .map(name -> unread(launch, name))
                .forEach(hits::add));
    return hits;
  }

  /// The command that writes a copy, and the Modelfile's two lines.
  private static String patched(String recipe, int wanted) {
    String from =
        recipe.lines().filter(line -> line.startsWith("FROM ")).findFirst().orElse("FROM the copy");
    return recipe.lines().filter(line -> line.startsWith("rope patch ")).findFirst().orElse("")
        + ", then in the Modelfile "
        + from
        + " and PARAMETER num_ctx "
        + wanted;
  }

  private static Hit unread(Launch launch, String name) {
    return Hit.of(
            name + " is no longer an option of Ollama and has no effect.",
            List.of(Evidence.launch(name, launch.value(name).orElse(""))),
            "Write the base or scale into a copy of the file with `rope patch`.")
        .as(Severity.WARNING);
  }
}

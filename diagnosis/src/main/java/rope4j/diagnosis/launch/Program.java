package rope4j.diagnosis.launch;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import rope4j.diagnosis.engine.Engine;

/// The engine that a command starts, wherever in the command its program stands: behind variables,
/// `sudo`, an interpreter or a container's image.
///
/// @param engine the engine
/// @param arguments the words behind it
/// @param environment variables set for it alone
record Program(Engine engine, List<String> arguments, Map<String, String> environment) {

  private static final Pattern ASSIGNMENT =
      Pattern.compile("([A-Za-z_][A-Za-z0-9_]*)=(.*)", Pattern.DOTALL);

  /// `$env:NAME = "value"`, once the quotes are taken off.
  private static final Pattern POWERSHELL_VARIABLE =
      Pattern.compile("(?is)\\$\\{?env:([A-Z_][A-Z0-9_]*)}?\\s*=\\s*(.*)");

  /// Those of llama.cpp's programs that run a model.
  private static final Pattern LLAMA_CPP =
      Pattern.compile(
          "llama-(server|cli|completion|perplexity|bench|batched|batched-bench|embedding|imatrix"
              + "|lookup|mtmd-cli|parallel|passkey|retrieval|run|simple|simple-chat|speculative)"
              + "|llamafile.*");

  /// Their names before June 2024; so common that flags must agree.
  private static final Set<String> OLD_LLAMA_CPP = Set.of("main", "server", "perplexity");

  private static final Set<String> MODEL_FLAGS = Set.of("-m", "--model", "-hf", "--hf-repo");

  private static final Pattern LLAMA3_JAVA =
      Pattern.compile("(.*\\.)?Llama3|[Ll]lama3\\.java|[Ll]lama3.*\\.jar|llama3-native");

  private static final Pattern GPULLAMA3 =
      Pattern.compile("llama-tornado|gpu-?llama3.*|org\\.beehive\\.gpullama3\\..*");

  /// Programs that start a model only with one of these words behind them.
  private static final Map<String, Set<String>> COMMANDS =
      Map.of(
          "vllm", Set.of("serve", "bench", "chat", "run-batch"),
          "sglang", Set.of("serve"),
          "ollama", Set.of("run", "serve", "start", "create"),
          "lms", Set.of("load"),
          "jlama", Set.of("chat", "complete", "restapi", "cluster-coordinator"));

  /// Docker's flags without a value, as far as they are used with servers.
  private static final Set<String> DOCKER_SWITCHES =
      Set.of(
          "--rm",
          "--detach",
          "--interactive",
          "--tty",
          "--init",
          "--privileged",
          "--read-only",
          "--publish-all",
          "--no-healthcheck",
          "--oom-kill-disable",
          "--quiet");

  /// Engines whose label is part of their images' names.
  private static final List<Engine> IMAGES =
      List.of(Engine.LLAMA_CPP, Engine.VLLM, Engine.SGLANG, Engine.KOBOLDCPP, Engine.OLLAMA);

  private static final Pattern DOCKER_SHORT_SWITCHES = Pattern.compile("-[dtiPq]+");

  /// Variables that a command sets for those after it, such as `export A=1`.
  static Map<String, String> exported(List<String> words) {
    var powerShell = POWERSHELL_VARIABLE.matcher(String.join(" ", words));
    if (powerShell.matches()) {
      return Map.of(powerShell.group(1), powerShell.group(2));
    }
    boolean exports = Set.of("export", "set").contains(words.getFirst());
    return exports ? assignments(words.subList(1, words.size())) : Map.of();
  }

  /// The engine in a command; empty when there is none.
  ///
  /// @throws IllegalArgumentException when the command is handed to PowerShell's `Start-Process`,
  ///   which splits its arguments in its own way
  static Optional<Program> in(List<String> words) {
    if (!words.isEmpty()
        && Set.of("start-process", "saps").contains(words.getFirst().toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException(
          "the arguments of Start-Process are not read here; write the command that it starts, for"
              + " example 'llama-server -m model.gguf -c 8192'");
    }
    for (int i = 0; i + 1 < words.size(); i++) {
      if (Set.of("docker", "podman", "nerdctl").contains(base(words.get(i)))
          && words.get(i + 1).equals("run")) {
        return container(words, i + 2);
      }
    }
    for (int i = 0; i < words.size(); i++) {
      Optional<Program> found = at(words, i);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private static Optional<Program> at(List<String> words, int i) {
    String name = base(words.get(i));
    List<String> rest = words.subList(i + 1, words.size());
    Optional<Engine> engine = engine(name, words.get(i), rest);
    int skipped = COMMANDS.containsKey(name) ? 1 : 0;
    return engine.map(known ->
        new Program(known, rest.subList(skipped, rest.size()), assignments(words.subList(0, i))));
  }

  private static Optional<Engine> engine(String name, String word, List<String> rest) {
    if (COMMANDS.containsKey(name)) {
      boolean starts = !rest.isEmpty() && COMMANDS.get(name).contains(rest.getFirst());
      return starts
          ? Optional.of(Engine.of(name.equals("lms") ? "lm-studio" : name))
          : Optional.empty();
    }
    if (LLAMA_CPP.matcher(name).matches()
        || (OLD_LLAMA_CPP.contains(name) && rest.stream().anyMatch(MODEL_FLAGS::contains))) {
      return Optional.of(Engine.LLAMA_CPP);
    }
    if (name.matches("koboldcpp.*")) {
      return Optional.of(Engine.KOBOLDCPP);
    }
    if (GPULLAMA3.matcher(name).matches()) {
      return Optional.of(Engine.GPULLAMA3);
    }
    if (LLAMA3_JAVA.matcher(name).matches()) {
      return Optional.of(Engine.LLAMA3_JAVA);
    }
    if (name.matches("jlama.*\\.jar")) {
      return Optional.of(Engine.JLAMA);
    }
    return switch (word) {
      case "vllm.entrypoints.openai.api_server", "vllm.entrypoints.api_server" ->
          Optional.of(Engine.VLLM);
      case "sglang.launch_server" -> Optional.of(Engine.SGLANG);
      default -> Optional.empty();
    };
  }

  /// `docker run [flags] image [command]`: a command inside wins over what the image starts.
  private static Optional<Program> container(List<String> words, int first) {
    Map<String, String> environment = new LinkedHashMap<>();
    int i = first;
    while (i < words.size() && words.get(i).startsWith("-")) {
      String flag = words.get(i);
      boolean alone =
          flag.contains("=")
              || DOCKER_SWITCHES.contains(flag)
              || DOCKER_SHORT_SWITCHES.matcher(flag).matches();
      if (!alone && i + 1 < words.size() && Set.of("-e", "--env").contains(flag)) {
        environment.putAll(assignments(List.of(words.get(i + 1))));
      } else if (flag.startsWith("--env=")) {
        environment.putAll(assignments(List.of(flag.substring("--env=".length()))));
      }
      i += alone ? 1 : 2;
    }
    if (i >= words.size()) {
      return Optional.empty();
    }
    String image = words.get(i);
    List<String> command = words.subList(i + 1, words.size());
    Optional<Program> inside = in(command);
    if (inside.isPresent()) {
      environment.putAll(inside.get().environment());
      return Optional.of(new Program(inside.get().engine(), inside.get().arguments(), environment));
    }
    return image(image).map(engine -> new Program(engine, command, environment));
  }

  private static Optional<Engine> image(String image) {
    String name = image.toLowerCase(Locale.ROOT);
    return IMAGES.stream().filter(engine -> name.contains(engine.label())).findFirst();
  }

  private static Map<String, String> assignments(List<String> words) {
    Map<String, String> found = new LinkedHashMap<>();
    for (String word : words) {
      var assignment = ASSIGNMENT.matcher(word);
      if (assignment.matches()) {
        found.put(assignment.group(1), assignment.group(2));
      }
    }
    return found;
  }

  /// The last part of a path, without `.exe`.
  private static String base(String word) {
    String name = word.substring(Math.max(word.lastIndexOf('/'), word.lastIndexOf('\\')) + 1);
    return name.toLowerCase(Locale.ROOT).endsWith(".exe")
        ? name.substring(0, name.length() - 4)
        : name;
  }
}

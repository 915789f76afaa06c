package rope4j.diagnosis.launch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.RopeOverrides;
import rope4j.diagnosis.Engine;
import rope4j.diagnosis.launch.Arguments.Flag;

/// Tells the forms of a launch apart and puts what they say together.
final class LaunchReader {

  private LaunchReader() {}

  static Launch read(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException(
          "the launch line is empty; write for example 'llama-server -m model.gguf -c 8192'");
    }
    if (PythonCall.isIn(text)) {
      PythonCall call = PythonCall.read(text);
      return launch(Engine.TRANSFORMERS, call.arguments(), call.configOverrides(), Map.of());
    }
    if (Modelfile.is(text)) {
      return launch(Engine.OLLAMA, Modelfile.read(text), Map.of(), Map.of());
    }
    List<Flag> set = Modelfile.set(text);
    String command = set.isEmpty() ? text : Modelfile.withoutSet(text);
    if (command.isBlank()) {
      return launch(Engine.OLLAMA, new Arguments(set), Map.of(), Map.of());
    }
    Program program = program(command);
    List<Flag> flags = new ArrayList<>(Arguments.of(program).flags());
    flags.addAll(set);
    Arguments arguments = new Arguments(flags);
    return launch(
        program.engine(),
        arguments,
        configOverrides(program.engine(), arguments),
        program.environment());
  }

  /// The first command that starts an engine; what was exported before it counts as set for it.
  private static Program program(String text) {
    Map<String, String> environment = new LinkedHashMap<>();
    for (List<String> words : ShellWords.commands(text)) {
      Optional<Program> program = Program.in(words);
      if (program.isPresent()) {
        environment.putAll(program.get().environment());
        return new Program(program.get().engine(), program.get().arguments(), environment);
      }
      environment.putAll(Program.exported(words));
    }
    throw new IllegalArgumentException(
        "'"
            + Values.shortened(text.strip())
            + "' starts no engine that is known here; known are llama-server and llama-cli, vllm"
            + " serve, python -m sglang.launch_server, ollama, lms load, koboldcpp, jlama,"
            + " Llama3.java, llama-tornado, a Modelfile and a call of from_pretrained");
  }

  private static Launch launch(
      Engine engine,
      Arguments arguments,
      Map<String, @Nullable Object> configOverrides,
      Map<String, String> environment) {
    return new Launch(
        engine,
        contextLength(engine, arguments),
        rotation(engine, arguments),
        engine == Engine.LLAMA_CPP || engine == Engine.KOBOLDCPP
            ? LlamaCppFlags.keyOverrides(arguments)
            : Map.of(),
        configOverrides,
        arguments.byName(),
        environment);
  }

  private static OptionalInt contextLength(Engine engine, Arguments arguments) {
    return switch (engine) {
      case LLAMA_CPP -> tokens(arguments, "ctx-size", Values::tokens);
      case VLLM -> tokens(arguments, "max-model-len", Values::humanTokens);
      case SGLANG, LM_STUDIO -> tokens(arguments, "context-length", Values::tokens);
      case OLLAMA -> tokens(arguments, "num_ctx", Values::tokens);
      case KOBOLDCPP -> tokens(arguments, "contextsize", Values::tokens);
      // Both size their cache by what they are to generate.
      case LLAMA3_JAVA, GPULLAMA3 -> tokens(arguments, "max-tokens", Values::tokens);
      case TRANSFORMERS, JLAMA -> OptionalInt.empty();
    };
  }

  private static OptionalInt tokens(
      Arguments arguments, String name, Function<Flag, OptionalInt> read) {
    return arguments.last(name).map(read).orElse(OptionalInt.empty());
  }

  private static RopeOverrides rotation(Engine engine, Arguments arguments) {
    return switch (engine) {
      case LLAMA_CPP -> LlamaCppFlags.rotation(arguments);
      case KOBOLDCPP -> LlamaCppFlags.koboldRotation(arguments);
      default -> RopeOverrides.NONE;
    };
  }

  private static Map<String, @Nullable Object> configOverrides(Engine engine, Arguments arguments) {
    return engine == Engine.VLLM || engine == Engine.SGLANG
        ? ConfigFlags.overrides(arguments)
        : Map.of();
  }
}

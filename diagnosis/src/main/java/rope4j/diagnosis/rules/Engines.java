package rope4j.diagnosis.rules;

import java.util.Arrays;
import java.util.Set;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.engine.Engine.Format;
import rope4j.diagnosis.rules.Finding.Severity;

/// Groups of engines that a rule may concern.
final class Engines {

  /// All of them.
  static final Set<Engine> ALL = Set.of(Engine.values());

  /// Those that load `config.json`.
  static final Set<Engine> HUGGING_FACE = Set.copyOf(Engine.loading(Format.HUGGING_FACE));

  /// Those that load GGUF.
  static final Set<Engine> GGUF = Set.copyOf(Engine.loading(Format.GGUF));

  /// llama.cpp and what is built on it.
  static final Set<Engine> LLAMA_CPP =
      only(Engine.LLAMA_CPP, Engine.OLLAMA, Engine.LM_STUDIO, Engine.KOBOLDCPP);

  /// Those that go by the length a server was started with, not by that of the prompt.
  static final Set<Engine> BY_WINDOW =
      only(
          Engine.VLLM,
          Engine.SGLANG,
          Engine.LLAMA_CPP,
          Engine.OLLAMA,
          Engine.LM_STUDIO,
          Engine.KOBOLDCPP);

  /// Java engines that load GGUF.
  static final Set<Engine> JAVA_GGUF = only(Engine.LLAMA3_JAVA, Engine.GPULLAMA3);

  /// Engines in Python.
  static final Set<Engine> PYTHON = only(Engine.TRANSFORMERS, Engine.VLLM, Engine.SGLANG);

  private Engines() {}

  /// Some of them.
  static Set<Engine> only(Engine... engines) {
    return Set.copyOf(Arrays.asList(engines));
  }

  /// The hit, at this severity once the user has said which engine it is: a rule is only asked
  /// about an engine it concerns.
  static Hit chosen(Subject subject, Severity severity, Hit hit) {
    return subject.engine().isPresent() ? hit.as(severity) : hit;
  }
}

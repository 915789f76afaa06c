package rope4j.diagnosis.rules;

import java.util.Set;
import rope4j.diagnosis.Engine;
import rope4j.diagnosis.Finding.Severity;

/// Groups of engines that read files alike.
final class Engines {

  /// llama.cpp and what is built on it.
  static final Set<Engine> LLAMA_CPP =
      Set.of(Engine.LLAMA_CPP, Engine.OLLAMA, Engine.LM_STUDIO, Engine.KOBOLDCPP);

  /// Java engines that read GGUF.
  static final Set<Engine> JAVA_GGUF = Set.of(Engine.LLAMA3_JAVA, Engine.GPULLAMA3);

  /// All that read GGUF.
  static final Set<Engine> GGUF = Set.copyOf(Engine.loading(Engine.Format.GGUF));

  /// All that read `config.json`.
  static final Set<Engine> HUGGING_FACE = Set.copyOf(Engine.loading(Engine.Format.HUGGING_FACE));

  /// Servers in Python that read `config.json`.
  static final Set<Engine> PYTHON = Set.of(Engine.TRANSFORMERS, Engine.VLLM, Engine.SGLANG);

  /// Every engine.
  static final Set<Engine> ALL = Set.of(Engine.values());

  private Engines() {}

  /// The hit, at this severity once the user has said which engine it is: a rule is only asked
  /// about an engine it concerns.
  static Hit chosen(Subject subject, Severity severity, Hit hit) {
    return subject.engine().isPresent() ? hit.as(severity) : hit;
  }
}

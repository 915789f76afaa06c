package rope4j.diagnosis.engine;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// A program that runs models, and the format of the files it takes.
public enum Engine {
  /// Hugging Face Transformers.
  TRANSFORMERS("Transformers", Format.HUGGING_FACE),
  /// vLLM.
  VLLM("vLLM", Format.HUGGING_FACE),
  /// llama.cpp: `llama-server`, `llama-cli`.
  LLAMA_CPP("llama.cpp", Format.GGUF),
  /// SGLang.
  SGLANG("SGLang", Format.HUGGING_FACE),
  /// Ollama, which has no option for rotation.
  OLLAMA("Ollama", Format.GGUF),
  /// LM Studio, on llama.cpp.
  LM_STUDIO("LM Studio", Format.GGUF),
  /// KoboldCpp, on llama.cpp.
  KOBOLDCPP("KoboldCpp", Format.GGUF),
  /// Jlama, in Java.
  JLAMA("Jlama", Format.HUGGING_FACE),
  /// llama3.java.
  LLAMA3_JAVA("llama3.java", Format.GGUF),
  /// GPULlama3.java.
  GPULLAMA3("GPULlama3.java", Format.GGUF);

  /// What an engine loads.
  public enum Format {
    /// One file with everything in it.
    GGUF,
    /// A folder with `config.json` and safetensors.
    HUGGING_FACE
  }

  private final String title;
  private final Format format;

  Engine(String title, Format format) {
    this.title = title;
    this.format = format;
  }

  /// The name on the command line and in JSON, for example `llama.cpp` or `lm-studio`.
  public String label() {
    return switch (this) {
      case LLAMA_CPP -> "llama.cpp";
      case LLAMA3_JAVA -> "llama3.java";
      default -> name().toLowerCase(Locale.ROOT).replace('_', '-');
    };
  }

  /// The name in a sentence, for example `LM Studio`.
  public String title() {
    return title;
  }

  /// What it loads.
  public Format format() {
    return format;
  }

  /// The engines that load a format.
  public static List<Engine> loading(Format format) {
    return Arrays.stream(values()).filter(engine -> engine.format == format).toList();
  }

  /// The engine whose rotation rope4j computes for files of a format: what was measured on them is
  /// what this engine does.
  public static Engine reproduced(Format format) {
    return switch (format) {
      case GGUF -> LLAMA_CPP;
      case HUGGING_FACE -> TRANSFORMERS;
    };
  }

  /// The engine of a label.
  ///
  /// @throws IllegalArgumentException when there is none of that name
  public static Engine of(String label) {
    for (Engine engine : values()) {
      if (engine.label().equals(label.toLowerCase(Locale.ROOT))) {
        return engine;
      }
    }
    throw new IllegalArgumentException(
        "the engine "
            + label
            + " is not known; known are "
            + Arrays.stream(values()).map(Engine::label).collect(Collectors.joining(", ")));
  }
}

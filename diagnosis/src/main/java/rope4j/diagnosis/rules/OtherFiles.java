package rope4j.diagnosis.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.Stated;
import rope4j.checkpoint.json.JsonFile;
import rope4j.checkpoint.model.FolderCheckpoint;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.rules.Finding.Severity;
import rope4j.diagnosis.text.Figures;

/// What the files beside `config.json` say about lengths, where it is something else.
record OtherFiles(Subject subject, FolderCheckpoint folder) {

  /// Tokenizers without a limit give a huge number.
  private static final double NO_LIMIT = 1e12;

  /// vLLM's length for a `params.json` that gives none.
  private static final int VLLM_DEFAULT = 128_000;

  /// Keys of `config.json` that SGLang looks at before `max_position_embeddings`.
  private static final List<String> LENGTHS =
      List.of("max_sequence_length", "seq_length", "max_seq_len", "model_max_length");

  /// `params.json`, which Mistral's own format goes by.
  Optional<Hit> params() {
    if (folder.params().isEmpty()) {
      return Optional.empty();
    }
    JsonFile params = folder.params().get();
    List<Evidence> places = new ArrayList<>();
    for (String key : List.of("max_position_embeddings", "max_seq_len")) {
      OptionalDouble length = number(params, key);
      if (length.isPresent() && length.getAsDouble() != advertised().value()) {
        places.add(params.evidence(key));
        places.add(advertised().evidence());
      }
    }
    OptionalDouble theta = number(params, "rope_theta");
    Optional<Stated<Double>> base = subject.facts().base();
    if (theta.isPresent() && base.isPresent() && theta.getAsDouble() != base.get().value()) {
      places.add(params.evidence("rope_theta"));
      places.add(base.get().evidence());
    }
    if (!places.isEmpty()) {
      return Optional.of(
          Hit.of(
                  "params.json and config.json disagree; which one holds depends on vLLM's"
                      + " --config-format",
                  places,
                  "find out which is right, and pass --config-format hf or mistral and"
                      + " --max-model-len accordingly")
              .as(Severity.WARNING));
    }
    return givesNoLength(params) ? Optional.of(defaultLength(params)) : Optional.empty();
  }

  private boolean givesNoLength(JsonFile params) {
    return subject.facts().architecture().value().matches("(mini|mi)stral.*|mixtral|pixtral")
        && number(params, "max_position_embeddings").isEmpty()
        && number(params, "max_seq_len").isEmpty()
        && advertised().value() != VLLM_DEFAULT;
  }

  private Hit defaultLength(JsonFile params) {
    return Hit.of(
        "params.json gives no length: with --config-format mistral vLLM assumes "
            + VLLM_DEFAULT
            + " instead of "
            + advertised().value(),
        List.of(
            Evidence.byDefault(
                params.name() + " max_position_embeddings", String.valueOf(VLLM_DEFAULT)),
            advertised().evidence()),
        "--max-model-len " + Math.min(VLLM_DEFAULT, advertised().value()));
  }

  /// `tokenizer_config.json`, by which a tokenizer truncates when it is asked to.
  Optional<Hit> tokenizer() {
    return folder
        .tokenizerConfig()
        .filter(file -> number(file, "model_max_length").orElse(NO_LIMIT) < NO_LIMIT)
        .filter(file -> number(file, "model_max_length").orElseThrow() != advertised().value())
        .map(file ->
            Hit.of(
                "the tokenizer's limit is "
                    + Figures.number(number(file, "model_max_length").orElseThrow())
                    + " tokens, the model's "
                    + advertised().value(),
                List.of(file.evidence("model_max_length"), advertised().evidence()),
                "go by the smaller one; with truncation=True the tokenizer cuts at its own"));
  }

  /// `generation_config.json`.
  Optional<Hit> generation() {
    return folder
        .generationConfig()
        .filter(file -> number(file, "max_length").orElse(0) > advertised().value())
        .map(file ->
            Hit.of(
                "generation_config.json allows "
                    + Figures.number(number(file, "max_length").orElseThrow())
                    + " tokens, more than the model's "
                    + advertised().value(),
                List.of(file.evidence("max_length"), advertised().evidence()),
                "go by the smaller one: max_new_tokens instead of max_length"));
  }

  /// A second length in `config.json` itself.
  Optional<Hit> secondLength() {
    ConfigSection keys = ConfigSection.text(subject).orElseThrow();
    for (String key : LENGTHS) {
      OptionalDouble length = keys.number(key);
      if (keys.has("max_position_embeddings")
          && length.isPresent()
          && length.getAsDouble() != keys.number("max_position_embeddings").orElse(0)) {
        Hit hit =
            Hit.of(
                "config.json gives two lengths: SGLang goes by "
                    + key
                    + ", other engines by max_position_embeddings",
                List.of(keys.evidence(key), keys.evidence("max_position_embeddings")),
                "pass the length you want: --context-length, --max-model-len or -c");
        return Optional.of(subject.runsOn(Engine.SGLANG) ? hit.as(Severity.WARNING) : hit);
      }
    }
    return Optional.empty();
  }

  private Stated<Integer> advertised() {
    return subject.facts().advertisedLength();
  }

  private static OptionalDouble number(JsonFile file, String key) {
    return file.get(key).orElse(null) instanceof Number number
        ? OptionalDouble.of(number.doubleValue())
        : OptionalDouble.empty();
  }
}

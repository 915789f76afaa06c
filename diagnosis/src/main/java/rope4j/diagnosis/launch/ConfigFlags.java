package rope4j.diagnosis.launch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.json.JsonReader;
import rope4j.diagnosis.launch.Arguments.Flag;

/// What vLLM and SGLang are told to change in a model's `config.json`.
///
/// Source: vLLM `engine/arg_utils.py`, `config/model.py`; SGLang `server_args.py`.
final class ConfigFlags {

  private static final String DOTTED = "hf-overrides.";

  private ConfigFlags() {}

  /// All forms in one object. vLLM's older `--rope-scaling` and `--rope-theta` are laid over the
  /// overrides, as vLLM did it.
  static Map<String, @Nullable Object> overrides(Arguments arguments) {
    Map<String, @Nullable Object> merged = new LinkedHashMap<>();
    for (Flag flag : arguments.flags()) {
      switch (flag.name()) {
        case "hf-overrides", "json-model-override-args" -> merged.putAll(object(flag));
        default -> {
          if (flag.name().startsWith(DOTTED)) {
            putAt(merged, flag);
          }
        }
      }
    }
    arguments.last("rope-scaling").ifPresent(flag -> merged.put("rope_scaling", object(flag)));
    arguments.last("rope-theta").ifPresent(flag -> merged.put("rope_theta", Values.real(flag)));
    return merged;
  }

  /// `--hf-overrides.rope_parameters.factor 4`.
  private static void putAt(Map<String, @Nullable Object> merged, Flag flag) {
    String[] path = flag.name().substring(DOTTED.length()).split("\\.", -1);
    Map<String, @Nullable Object> inner = merged;
    for (int i = 0; i + 1 < path.length; i++) {
      Map<String, @Nullable Object> next = new LinkedHashMap<>();
      if (inner.get(path[i]) instanceof Map<?, ?> there) {
        there.forEach((key, value) -> next.put(String.valueOf(key), value));
      }
      inner.put(path[i], next);
      inner = next;
    }
    inner.put(path[path.length - 1], scalar(flag.value()));
  }

  /// JSON, or the text itself where it is none.
  private static @Nullable Object scalar(String text) {
    try {
      return JsonReader.readObject(("{\"value\":" + text + "}").getBytes(UTF_8)).get("value");
    } catch (CheckpointException e) {
      return text;
    }
  }

  private static Map<String, @Nullable Object> object(Flag flag) {
    try {
      return JsonReader.readObject(flag.value().getBytes(UTF_8));
    } catch (CheckpointException e) {
      String where =
          String.valueOf(e.getMessage())
              .replace("the end of the file", "its end")
              .replace("the file ends here", "it ends there");
      throw new IllegalArgumentException(
          flag.spelled()
              + " '"
              + Values.shortened(flag.value())
              + "' is not a JSON object: "
              + where,
          e);
    }
  }
}

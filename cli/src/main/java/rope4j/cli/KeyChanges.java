package rope4j.cli;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Option;
import rope4j.checkpoint.Metadata;
import rope4j.checkpoint.MetadataValue;
import rope4j.checkpoint.patch.GgufPatch;
import rope4j.checkpoint.patch.TypedValue;

/// Keys and tensors of a GGUF file changed one by one, in the words of llama.cpp's `--override-kv`.
final class KeyChanges {

  @Option(
      names = "--set",
      paramLabel = "KEY=TYPE:VALUE",
      description = "Sets a key; TYPE is int, float, bool or str. May be given again.")
  private List<String> set = List.of();

  @Option(
      names = "--remove",
      paramLabel = "KEY",
      description = "Removes a key. May be given again.")
  private List<String> remove = List.of();

  @Option(
      names = "--remove-tensor",
      paramLabel = "NAME",
      description = "Removes a tensor. May be given again.")
  private List<String> removeTensor = List.of();

  boolean isEmpty() {
    return set.isEmpty() && remove.isEmpty() && removeTensor.isEmpty();
  }

  /// Whether the rotation is more than what the flags say.
  boolean touchRotation() {
    return Stream.of(set, remove, removeTensor)
        .flatMap(List::stream)
        .anyMatch(name -> name.contains("rope") || name.contains("context_length"));
  }

  Set<String> removedTensors() {
    return Set.copyOf(removeTensor);
  }

  GgufPatch patch(Metadata metadata) {
    GgufPatch patch = GgufPatch.NONE;
    for (String setting : set) {
      patch = patch.with(parse(setting, metadata));
    }
    for (String key : remove) {
      patch = patch.with(new GgufPatch.RemoveKey(key));
    }
    for (String name : removeTensor) {
      patch = patch.with(new GgufPatch.RemoveTensor(name));
    }
    return patch;
  }

  private static GgufPatch.Change parse(String setting, Metadata metadata) {
    int equals = setting.indexOf('=');
    int colon = setting.indexOf(':', equals + 1);
    if (equals < 1 || colon < 0) {
      throw wrong(
          setting, "KEY=TYPE:VALUE was expected, for example llama.context_length=int:8192");
    }
    String key = setting.substring(0, equals);
    String value = setting.substring(colon + 1);
    return new GgufPatch.SetKey(
        key, value(setting, setting.substring(equals + 1, colon), value, key, metadata));
  }

  private static MetadataValue value(
      String setting, String type, String value, String key, Metadata metadata) {
    try {
      return switch (type) {
        case "int" -> TypedValue.integer(metadata, key, Long.parseLong(value));
        case "float" -> TypedValue.real(metadata, key, Double.parseDouble(value));
        case "bool" ->
            switch (value) {
              case "true" -> TypedValue.bool(metadata, key, true);
              case "false" -> TypedValue.bool(metadata, key, false);
              default -> throw wrong(setting, "a bool is true or false");
            };
        case "str" -> TypedValue.text(metadata, key, value);
        default -> throw wrong(setting, "known types are int, float, bool, str");
      };
    } catch (NumberFormatException _) {
      throw wrong(setting, "'" + value + "' is no " + type);
    }
  }

  private static InputException wrong(String setting, String why) {
    return new InputException("--set " + setting + ": " + why);
  }
}

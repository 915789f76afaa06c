package rope4j.diagnosis.text;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Objects inside objects, as multimodal configurations have them.
public final class NestedKeys {

  private NestedKeys() {}

  /// An object inside others.
  ///
  /// @param path keys from the outside in; empty for the object itself
  public static Map<String, @Nullable Object> inside(
      List<String> path, Map<String, @Nullable Object> keys) {
    Map<String, @Nullable Object> outer = keys;
    for (String name : path.reversed()) {
      Map<String, @Nullable Object> wrapped = new LinkedHashMap<>();
      wrapped.put(name, outer);
      outer = wrapped;
    }
    return outer;
  }
}

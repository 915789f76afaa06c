package rope4j.chat;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import com.hubspot.jinjava.lib.filter.AdvancedFilter;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.util.ObjectIterator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.json.JsonWriter;

/// Filters and tests that mean something else in the engine than in Jinja2.
final class PythonFilters {

  private PythonFilters() {}

  /// Python's `json.dumps` on one line, in the order of the keys.
  static final class ToJson implements AdvancedFilter {

    @Override
    public String getName() {
      return "tojson";
    }

    @Override
    public Object filter(
        @Nullable Object value,
        JinjavaInterpreter interpreter,
        Object[] arguments,
        Map<String, Object> named) {
      if (arguments.length > 0 || !Set.of("ensure_ascii").containsAll(named.keySet())) {
        throw new TemplateException(
            "the chat template calls tojson with arguments that are not supported here");
      }
      return JsonWriter.line(plain(value));
    }

    private static @Nullable Object plain(@Nullable Object value) {
      return switch (value) {
        case None _ -> null;
        case Map<?, ?> map -> {
          Map<Object, @Nullable Object> plain = new LinkedHashMap<>();
          map.forEach((key, entry) -> plain.put(key, plain(entry)));
          yield plain;
        }
        case List<?> list -> {
          List<@Nullable Object> plain = new ArrayList<>();
          list.forEach(entry -> plain.add(plain(entry)));
          yield plain;
        }
        case null, default -> value;
      };
    }
  }

  /// Python's `str`.
  static final class Text implements Filter {

    @Override
    public String getName() {
      return "string";
    }

    @Override
    public Object filter(
        @Nullable Object value, JinjavaInterpreter interpreter, String... arguments) {
      return PythonText.of(value);
    }
  }

  /// Joins as Python writes the parts.
  static final class Join implements AdvancedFilter {

    @Override
    public String getName() {
      return "join";
    }

    @Override
    public Object filter(
        @Nullable Object value,
        JinjavaInterpreter interpreter,
        Object[] arguments,
        Map<String, Object> named) {
      if (arguments.length > 1 || !Set.of("d").containsAll(named.keySet())) {
        throw new TemplateException(
            "the chat template calls join with arguments that are not supported here");
      }
      String between =
          arguments.length == 1
              ? PythonText.of(arguments[0])
              : PythonText.of(named.getOrDefault("d", ""));
      List<String> parts = new ArrayList<>();
      ObjectIterator.getLoop(value).forEachRemaining(part -> parts.add(PythonText.of(part)));
      return String.join(between, parts);
    }
  }

  /// Python's `strip`; the engine's own knows ASCII only.
  static final class Trim implements AdvancedFilter {

    @Override
    public String getName() {
      return "trim";
    }

    @Override
    public Object filter(
        @Nullable Object value,
        JinjavaInterpreter interpreter,
        Object[] arguments,
        Map<String, Object> named) {
      if (arguments.length > 0 || !named.isEmpty()) {
        throw new TemplateException(
            "the chat template calls trim with arguments, which is not supported here");
      }
      return value == null ? "" : PythonMethods.stripped(value.toString());
    }
  }

  /// The entries of a dictionary.
  static final class Items implements Filter {

    @Override
    public String getName() {
      return "items";
    }

    @Override
    public Object filter(
        @Nullable Object value, JinjavaInterpreter interpreter, String... arguments) {
      return value instanceof Map<?, ?> map ? map.entrySet() : List.of();
    }
  }

  /// What is not defined is not `None`.
  static final class IsNone implements ExpTest {

    @Override
    public String getName() {
      return "none";
    }

    @Override
    public boolean evaluate(
        @Nullable Object value, JinjavaInterpreter interpreter, Object... arguments) {
      return value instanceof None;
    }
  }

  /// Python's strings have elements, the engine's don't.
  record HasElements(String test) implements ExpTest {

    @Override
    public String getName() {
      return test;
    }

    @Override
    public boolean evaluate(
        @Nullable Object value, JinjavaInterpreter interpreter, Object... arguments) {
      return value instanceof String || value instanceof Iterable || value instanceof Map;
    }
  }
}

package rope4j.chat;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import com.hubspot.jinjava.lib.filter.AdvancedFilter;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.util.ObjectIterator;
import com.hubspot.jinjava.util.ObjectTruthValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Filters and tests that mean something else in the engine than in Jinja2.
final class PythonFilters {

  private PythonFilters() {}

  /// Transformers' `tojson`, whose arguments are those of Python's `json.dumps`.
  static final class ToJson implements AdvancedFilter {

    private static final Set<String> ARGUMENTS =
        Set.of("ensure_ascii", "indent", "separators", "sort_keys");

    /// Blanks of a level; a stranger's number.
    private static final int WIDEST = 64;

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
      if (arguments.length > 0 || !ARGUMENTS.containsAll(named.keySet())) {
        throw refused();
      }
      Optional<String> indent = indent(named.get("indent"));
      List<?> separators = separators(named.get("separators"), indent.isPresent());
      return new PythonJson(
              indent,
              String.valueOf(separators.getFirst()),
              String.valueOf(separators.getLast()),
              ObjectTruthValue.evaluate(named.get("ensure_ascii")),
              ObjectTruthValue.evaluate(named.get("sort_keys")))
          .write(value);
    }

    private static Optional<String> indent(@Nullable Object indent) {
      return switch (indent) {
        case null -> Optional.empty();
        case None _ -> Optional.empty();
        case Number blanks when blanks.intValue() <= WIDEST ->
            Optional.of(" ".repeat(Math.max(0, blanks.intValue())));
        case String blanks -> Optional.of(blanks);
        default -> throw refused();
      };
    }

    private static List<?> separators(@Nullable Object given, boolean indented) {
      return switch (given) {
        case List<?> pair when pair.size() == 2 -> pair;
        case None _ -> List.of(indented ? "," : ", ", ": ");
        case null -> separators(None.NONE, indented);
        default -> throw refused();
      };
    }

    private static TemplateException refused() {
      return new TemplateException(
          "the chat template calls tojson with arguments that are not supported here");
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

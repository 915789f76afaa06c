package rope4j.chat;

import com.hubspot.jinjava.el.TypeConvertingMapELResolver;
import com.hubspot.jinjava.el.ext.JinjavaBeanELResolver;
import com.hubspot.jinjava.el.ext.JinjavaListELResolver;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.util.ForLoop;
import java.beans.FeatureDescriptor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import jinjava.javax.el.CompositeELResolver;
import jinjava.javax.el.ELContext;
import jinjava.javax.el.ELResolver;
import org.jspecify.annotations.Nullable;

/// What a template can reach: entries of maps and lists, the methods of Python's strings and
/// dictionaries that templates use, and the engine's own loops, filters and tests. Nothing else is
/// looked up by reflection, so a template can't get at a Java object.
final class PythonMethods extends ELResolver {

  /// What stands for `[::-1]`.
  static final String REVERSED = "rope4j_reversed";

  private static final Pattern INDEX = Pattern.compile("-?\\d{1,9}");

  private final ELResolver engine = new JinjavaBeanELResolver(true);

  private PythonMethods() {}

  static ELResolver resolver() {
    CompositeELResolver all = new CompositeELResolver();
    all.add(new PythonMethods());
    all.add(new JinjavaListELResolver(false));
    all.add(new TypeConvertingMapELResolver(false));
    return all;
  }

  @Override
  public @Nullable Object invoke(
      ELContext context,
      Object base,
      Object method,
      Class<?> @Nullable [] types,
      Object @Nullable [] given) {
    if (base instanceof Filter || base instanceof ExpTest || base instanceof ForLoop) {
      return engine.invoke(context, base, method, types, given);
    }
    List<Object> arguments = given == null ? List.of() : Arrays.asList(given);
    Object result =
        switch (base) {
          case String text -> string(text, method.toString(), arguments);
          case Map<?, ?> map -> dictionary(map, method.toString(), arguments);
          case List<?> list when method.equals(REVERSED) -> list.reversed();
          case null -> throw unknown("nothing", method);
          default -> throw unknown("a " + base.getClass().getSimpleName(), method);
        };
    context.setPropertyResolved(true);
    return result;
  }

  private static Object string(String text, String method, List<Object> arguments) {
    return switch (method) {
      case "strip" -> rightStripped(leftStripped(text, arguments), arguments);
      case "lstrip" -> leftStripped(text, arguments);
      case "rstrip" -> rightStripped(text, arguments);
      case "startswith" -> text.startsWith(text(method, arguments, 0));
      case "endswith" -> text.endsWith(text(method, arguments, 0));
      case "split" -> split(text, arguments);
      case "replace" -> text.replace(text(method, arguments, 0), text(method, arguments, 1));
      case "upper" -> text.toUpperCase(Locale.ROOT);
      case "lower" -> text.toLowerCase(Locale.ROOT);
      case "capitalize" ->
          text.isEmpty()
              ? text
              : text.substring(0, 1).toUpperCase(Locale.ROOT)
                  + text.substring(1).toLowerCase(Locale.ROOT);
      case "removeprefix" -> {
        String prefix = text(method, arguments, 0);
        yield text.startsWith(prefix) ? text.substring(prefix.length()) : text;
      }
      case "removesuffix" -> {
        String suffix = text(method, arguments, 0);
        yield text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text;
      }
      case "join" ->
          arguments.size() == 1 && arguments.getFirst() instanceof List<?> parts
              ? parts.stream().map(PythonText::of).collect(Collectors.joining(text))
              : text(method, arguments, 0);
      case "count" -> (long) split(text, List.of(text(method, arguments, 0))).size() - 1;
      case "isdigit" -> !text.isEmpty() && text.chars().allMatch(Character::isDigit);
      case "isspace" -> !text.isEmpty() && stripped(text).isEmpty();
      case "find" -> (long) text.indexOf(text(method, arguments, 0));
      case REVERSED -> new StringBuilder(text).reverse().toString();
      default -> throw unknown("a text", method);
    };
  }

  private static @Nullable Object dictionary(Map<?, ?> map, String method, List<Object> arguments) {
    return switch (method) {
      case "items" -> map.entrySet();
      case "keys" -> new ArrayList<>(map.keySet());
      case "values" -> new ArrayList<>(map.values());
      case "get" -> {
        Object value = map.get(text(method, arguments, 0));
        Object otherwise = arguments.size() > 1 ? arguments.get(1) : None.NONE;
        yield value == null ? otherwise : value;
      }
      default -> throw unknown("a dictionary", method);
    };
  }

  private static List<String> split(String text, List<Object> arguments) {
    if (arguments.isEmpty()) {
      return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
    }
    String separator = text("split", arguments, 0);
    if (separator.isEmpty()) {
      throw new TemplateException("the chat template splits a text at an empty separator");
    }
    long most =
        arguments.size() > 1 && arguments.get(1) instanceof Long limit && limit >= 0
            ? limit
            : Long.MAX_VALUE;
    List<String> parts = new ArrayList<>();
    int from = 0;
    for (int at = text.indexOf(separator);
        at >= 0 && parts.size() < most;
        at = text.indexOf(separator, from)) {
      parts.add(text.substring(from, at));
      from = at + separator.length();
    }
    parts.add(text.substring(from));
    return parts;
  }

  private static String leftStripped(String text, List<Object> arguments) {
    int from = 0;
    while (from < text.length() && isStripped(text.charAt(from), arguments)) {
      from++;
    }
    return text.substring(from);
  }

  private static String rightStripped(String text, List<Object> arguments) {
    int to = text.length();
    while (to > 0 && isStripped(text.charAt(to - 1), arguments)) {
      to--;
    }
    return text.substring(0, to);
  }

  private static boolean isStripped(char c, List<Object> arguments) {
    return arguments.isEmpty() ? isPythonSpace(c) : text("strip", arguments, 0).indexOf(c) >= 0;
  }

  /// Python's `str.isspace`, which also knows the no-break spaces.
  private static boolean isPythonSpace(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
  }

  /// A text without Python's white space around it.
  static String stripped(String text) {
    return rightStripped(leftStripped(text, List.of()), List.of());
  }

  private static String text(String method, List<Object> arguments, int index) {
    if (index < arguments.size() && arguments.get(index) instanceof String text) {
      return text;
    }
    throw new TemplateException(
        "the chat template calls " + method + " without a text for its argument " + (index + 1));
  }

  private static TemplateException unknown(String what, Object method) {
    return new TemplateException(
        "the chat template asks " + what + " for " + method + "(), which is not supported here");
  }

  @Override
  public @Nullable Object getValue(ELContext context, Object base, Object property) {
    if (base instanceof String text && INDEX.matcher(String.valueOf(property)).matches()) {
      int index = Integer.parseInt(String.valueOf(property));
      int at = index < 0 ? text.length() + index : index;
      context.setPropertyResolved(true);
      return at >= 0 && at < text.length() ? text.substring(at, at + 1) : null;
    }
    if (base instanceof Loop loop && (property.equals("previtem") || property.equals("nextitem"))) {
      context.setPropertyResolved(true);
      return loop.item(property.equals("previtem") ? -1 : 1);
    }
    return base instanceof ForLoop ? engine.getValue(context, base, property) : null;
  }

  @Override
  public @Nullable Class<?> getType(ELContext context, Object base, Object property) {
    return null;
  }

  @Override
  public void setValue(ELContext context, Object base, Object property, Object value) {}

  @Override
  public boolean isReadOnly(ELContext context, Object base, Object property) {
    return Objects.nonNull(base);
  }

  @Override
  public Iterator<FeatureDescriptor> getFeatureDescriptors(ELContext context, Object base) {
    return Collections.emptyIterator();
  }

  @Override
  public Class<?> getCommonPropertyType(ELContext context, Object base) {
    return Object.class;
  }
}

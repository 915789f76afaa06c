package rope4j.lab.experiment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import rope4j.checkpoint.json.JsonFile;
import rope4j.checkpoint.json.JsonWriter;

/// An object of an experiment file. Every complaint names the key and its line.
final class Section {

  private final JsonFile file;
  private final List<String> path;

  private Section(JsonFile file, List<String> path) {
    this.file = file;
    this.path = path;
  }

  static Section root(JsonFile file) {
    return new Section(file, List.of());
  }

  /// Refuses keys that mean nothing.
  Section knows(String... known) {
    for (String key : keys()) {
      if (!List.of(known).contains(key)) {
        throw wrong(
            "there is no such key"
                + (path.isEmpty() ? "" : " in " + String.join(".", path))
                + "; the keys are "
                + String.join(", ", known),
            key);
      }
    }
    return this;
  }

  /// The key this object stands at.
  String name() {
    return path.getLast();
  }

  List<String> keys() {
    Object object = path.isEmpty() ? file.root() : file.get(path()).orElse(Map.of());
    return object instanceof Map<?, ?> map
        ? map.keySet().stream().map(String::valueOf).toList()
        : List.of();
  }

  boolean has(String key) {
    return file.has(path(key));
  }

  /// The object at a key; an empty one when there is none.
  Section child(String key) {
    if (has(key) && !(file.get(path(key)).orElse("") instanceof Map<?, ?>)) {
      throw wrong("an object was expected", key);
    }
    return new Section(file, Stream.concat(path.stream(), Stream.of(key)).toList());
  }

  String text(String key, String otherwise) {
    return has(key) ? text(key, value(key)) : otherwise;
  }

  int integer(String key, int least) {
    return whole(key, value(key), least);
  }

  int integer(String key, int least, int otherwise) {
    return has(key) ? integer(key, least) : otherwise;
  }

  double number(String key, double otherwise) {
    return has(key) ? decimal(key, value(key)) : otherwise;
  }

  boolean truth(String key, boolean otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    if (value(key) instanceof Boolean truth) {
      return truth;
    }
    throw wrong("true or false was expected", key);
  }

  List<Integer> integers(String key, int least) {
    return list(key).stream().map(value -> whole(key, value, least)).toList();
  }

  List<Double> numbers(String key) {
    return list(key).stream().map(value -> decimal(key, value)).toList();
  }

  List<String> texts(String key) {
    return list(key).stream().map(value -> text(key, value)).toList();
  }

  /// One of an enum's constants, written in small letters with hyphens.
  <E extends Enum<E>> E choice(String key, E[] constants, E otherwise) {
    return has(key) ? choice(key, constants) : otherwise;
  }

  <E extends Enum<E>> E choice(String key, E[] constants) {
    String word = text(key, value(key));
    return Arrays.stream(constants)
        .filter(constant -> written(constant).equals(word))
        .findFirst()
        .orElseThrow(() ->
            wrong(
                "must be one of "
                    + Arrays.stream(constants)
                        .map(Section::written)
                        .collect(Collectors.joining(", "))
                    + ", but it is "
                    + JsonWriter.quoted(word),
                key));
  }

  /// What a constructor refuses is refused here, with the line of a key.
  <T> T checked(String key, Supplier<T> made) {
    try {
      return made.get();
    } catch (IllegalArgumentException e) {
      throw e instanceof Refused ? e : wrong(String.valueOf(e.getMessage()), key);
    }
  }

  /// A complaint about a key; without one, about the section itself.
  IllegalArgumentException wrong(String complaint, String... key) {
    String[] at = Stream.concat(path.stream(), Arrays.stream(key)).toArray(String[]::new);
    // A missing key has no line, but the object that should hold it may have one.
    String[] placed = file.has(at) ? at : path();
    String line = file.line(placed).stream().mapToObj(n -> ":" + n).findFirst().orElse("");
    return new Refused(
        file.name()
            + line
            + ": "
            + (at.length == 0 ? "" : String.join(".", at) + ": ")
            + complaint);
  }

  private Object value(String key) {
    return file.get(path(key)).orElseThrow(() -> wrong("this key is missing; add it", key));
  }

  private List<Object> list(String key) {
    if (!(value(key) instanceof List<?> list) || list.isEmpty()) {
      throw wrong("a list with at least one entry was expected", key);
    }
    return new ArrayList<>(list);
  }

  private String text(String key, Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw wrong("a text was expected, but it is " + JsonWriter.line(value), key);
  }

  private int whole(String key, Object value, int least) {
    if (value instanceof Long number && number >= least && number <= Integer.MAX_VALUE) {
      return number.intValue();
    }
    throw wrong(
        "a whole number of at least "
            + least
            + " was expected, but it is "
            + JsonWriter.line(value),
        key);
  }

  private double decimal(String key, Object value) {
    if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
      return number.doubleValue();
    }
    throw wrong("a number was expected, but it is " + JsonWriter.line(value), key);
  }

  private String[] path(String... more) {
    return Stream.concat(path.stream(), Arrays.stream(more)).toArray(String[]::new);
  }

  private static String written(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// Says the file and the line already.
  private static final class Refused extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    Refused(String message) {
      super(message);
    }
  }
}

package rope4j.checkpoint.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.Stated;
import rope4j.checkpoint.json.JsonFile;

/// Questions to one part of a `config.json` whose answers come with their evidence. A key may have
/// several spellings; the first that is set counts. Paths inside the part are written with dots.
record StatedKeys(JsonFile json, List<String> part) {

  /// The most elements a list a layer may have.
  private static final int MOST = 10_000;

  /// What stands at a path; empty when it is absent or null.
  Optional<Object> raw(String path) {
    return json.get(whole(path));
  }

  boolean has(String path) {
    return json.has(whole(path));
  }

  private String[] whole(String path) {
    return Stream.concat(part.stream(), Stream.of(path.split("\\.", -1))).toArray(String[]::new);
  }

  Evidence evidence(String path) {
    return json.evidence(whole(path));
  }

  /// What holds because the file is silent.
  Evidence silent(String key, Object value) {
    return Evidence.byDefault(String.join(".", whole(key)), String.valueOf(value));
  }

  Optional<Stated<String>> text(String... spellings) {
    for (String key : spellings) {
      Object value = raw(key).orElse(null);
      if (value instanceof String text) {
        return Optional.of(new Stated<>(text, evidence(key)));
      }
      if (value != null) {
        throw ConfigKeys.wrong(key, value, "a text");
      }
    }
    return Optional.empty();
  }

  /// A finite number.
  Optional<Stated<Double>> number(String... spellings) {
    for (String key : spellings) {
      Object value = raw(key).orElse(null);
      if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
        return Optional.of(new Stated<>(number.doubleValue(), evidence(key)));
      }
      if (value != null) {
        throw ConfigKeys.wrong(key, value, "a finite number");
      }
    }
    return Optional.empty();
  }

  /// A whole number from 0; the largest where there is one a layer.
  Optional<Stated<Integer>> count(String... spellings) {
    for (String key : spellings) {
      if (raw(key).isPresent()) {
        List<Integer> values = perLayer(key);
        return values.isEmpty()
            ? Optional.empty()
            : Optional.of(
                new Stated<>(
                    values.stream().mapToInt(Integer::intValue).max().orElseThrow(),
                    evidence(key)));
      }
    }
    return Optional.empty();
  }

  /// Whole numbers from 0, one for all layers or one a layer; empty when the file is silent.
  List<Integer> perLayer(String... spellings) {
    for (String key : spellings) {
      Object value = raw(key).orElse(null);
      if (value instanceof List<?> list && list.size() <= MOST) {
        List<Integer> values = new ArrayList<>();
        list.forEach(entry -> values.add(whole(key, entry)));
        return values;
      }
      if (value != null) {
        return List.of(whole(key, value));
      }
    }
    return List.of();
  }

  private static int whole(String key, @org.jspecify.annotations.Nullable Object value) {
    double number = value instanceof Number given ? given.doubleValue() : Double.NaN;
    if (!(number >= 0 && number <= Integer.MAX_VALUE) || number != Math.rint(number)) {
      throw ConfigKeys.wrong(key, value, "a whole number from 0 to 2147483647");
    }
    return (int) number;
  }

  boolean isTrue(String key) {
    return ConfigKeys.isTruthy(raw(key).orElse(null));
  }

  /// Whether an object with anything in it stands there.
  boolean isFilled(String key) {
    return raw(key).orElse(null) instanceof Map<?, ?> map && !map.isEmpty();
  }
}

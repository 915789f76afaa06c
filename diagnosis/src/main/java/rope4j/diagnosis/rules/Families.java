package rope4j.diagnosis.rules;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.ModelFacts;
import rope4j.checkpoint.Stated;
import rope4j.checkpoint.json.JsonReader;

/// The families that are known, and which one a model belongs to. They are data: `families.json`.
final class Families {

  /// How a family is told from its relatives.
  private record Row(
      Family family,
      Pattern architecture,
      Optional<Pattern> named,
      List<Integer> layers,
      boolean byNumbers) {

    boolean mayBe(ModelFacts facts) {
      return architecture.matcher(facts.architecture().value()).matches()
          && (layers.isEmpty() || layers.contains(facts.layers().value()));
    }

    boolean isNamed(String name) {
      return named.isPresent() && named.get().matcher(name).find();
    }

    boolean hasNumbers(ModelFacts facts) {
      return byNumbers
          && facts.base().filter(base -> family.hasBase(base.value())).isPresent()
          && family.advertisedLengths().contains(facts.advertisedLength().value());
    }
  }

  private static final List<Row> ROWS = read();

  private Families() {}

  /// The family of a model: by its name, else by its numbers; empty when it is not known.
  static Optional<Family> of(Subject subject) {
    ModelFacts facts = subject.facts();
    for (String name : names(subject)) {
      Optional<Family> named = first(row -> row.mayBe(facts) && row.isNamed(name));
      if (named.isPresent()) {
        return named;
      }
    }
    return first(row -> row.mayBe(facts) && row.hasNumbers(facts));
  }

  private static Optional<Family> first(Predicate<Row> condition) {
    return ROWS.stream().filter(condition).findFirst().map(Row::family);
  }

  /// What the model is called: in its files, else by its folder or file.
  private static List<String> names(Subject subject) {
    List<String> names = new ArrayList<>();
    subject.facts().title().map(Stated::value).ifPresent(title -> names.add(plain(title)));
    Path path = subject.checkpoint().path().toAbsolutePath().normalize();
    Path last = path.getFileName();
    if (last != null && last.toString().endsWith(".json")) {
      last = path.getParent() == null ? null : path.getParent().getFileName();
    }
    if (last != null) {
      names.add(plain(last.toString().replaceFirst("\\.gguf$", "")));
    }
    return names;
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[ _]+", "-");
  }

  private static List<Row> read() {
    try (InputStream in = Families.class.getResourceAsStream("families.json")) {
      if (in == null) {
        throw new IllegalStateException("families.json is not in the module");
      }
      return list(JsonReader.readObject(in.readAllBytes()).get("families")).stream()
          .map(row -> row(object(row)))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Row row(Map<String, @Nullable Object> row) {
    Family family =
        new Family(
            String.valueOf(row.get("name")),
            numbers(row.get("base")).stream().map(Number::doubleValue).toList(),
            numbers(row.get("trained")).getFirst().intValue(),
            numbers(row.get("advertised")).stream().map(Number::intValue).toList(),
            object(row.get("shipped")),
            object(row.get("extension")),
            Boolean.TRUE.equals(row.get("trainedScaled")),
            row.get("note") instanceof String note ? note : "");
    return new Row(
        family,
        Pattern.compile(String.valueOf(row.get("architecture"))),
        row.get("named") instanceof String named
            ? Optional.of(Pattern.compile(named))
            : Optional.empty(),
        numbers(row.get("layers")).stream().map(Number::intValue).toList(),
        Boolean.TRUE.equals(row.get("byNumbers")));
  }

  /// A number, several, or none.
  private static List<Number> numbers(@Nullable Object value) {
    return value instanceof Number number
        ? List.of(number)
        : list(value).stream().map(Number.class::cast).toList();
  }

  private static List<?> list(@Nullable Object value) {
    return value instanceof List<?> list ? list : List.of();
  }

  @SuppressWarnings("unchecked")
  private static Map<String, @Nullable Object> object(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? (Map<String, @Nullable Object>) map : Map.of();
  }
}

package rope4j.cli;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// One of several words, which a message names as they are typed.
final class Choice<E extends Enum<E>> implements ITypeConverter<E> {

  private final List<E> values;

  Choice(List<E> values) {
    this.values = List.copyOf(values);
  }

  @Override
  public E convert(String text) {
    return values.stream()
        .filter(value -> word(value).equals(text.strip().toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() ->
            new TypeConversionException(
                "'"
                    + text
                    + "' is none of "
                    + values.stream().map(Choice::word).collect(Collectors.joining(", "))));
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

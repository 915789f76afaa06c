package rope4j.tuning.search;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How much a search may do.
public sealed interface Budget {

  /// A number of evaluations: prefills of one window under one rotation, those from the cache
  /// counted too, so that the same budget and seed are the same search.
  record Evaluations(int most) implements Budget {

    public Evaluations {
      if (most < 1) {
        throw new IllegalArgumentException(
            "the budget must be at least 1 evaluation, but it is " + most);
      }
    }
  }

  /// A time; what is found within it depends on the machine.
  record Time(Duration most) implements Budget {

    public Time {
      if (!most.isPositive()) {
        throw new IllegalArgumentException("the budget must be longer than no time at all");
      }
    }
  }

  /// `600` for evaluations; `90s`, `10m` or `2h` for a time.
  ///
  /// @throws IllegalArgumentException when it is neither
  static Budget parse(String text) {
    Matcher matcher =
        Pattern.compile("(\\d{1,9})\\s*([smh]?)").matcher(text.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' is no budget; give evaluations, for example 600, or a time, for example 10m");
    }
    int number = Integer.parseInt(matcher.group(1));
    return switch (matcher.group(2)) {
      case "s" -> new Time(Duration.ofSeconds(number));
      case "m" -> new Time(Duration.ofMinutes(number));
      case "h" -> new Time(Duration.ofHours(number));
      default -> new Evaluations(number);
    };
  }
}

package rope4j.diagnosis.launch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import rope4j.diagnosis.Engine;

/// The flags of one engine, from `options.txt`.
final class OptionTable {

  /// What may follow a flag.
  enum Takes {
    NOTHING,
    ONE,
    PERHAPS_ONE,
    SOME;

    private static Takes of(String mark) {
      return switch (mark) {
        case "0" -> NOTHING;
        case "1" -> ONE;
        case "?" -> PERHAPS_ONE;
        case "+" -> SOME;
        default -> throw new IllegalStateException("options.txt: " + mark);
      };
    }
  }

  /// A flag.
  ///
  /// @param name the long form without dashes
  /// @param takes what may follow it
  /// @param variable the environment variable that says the same; may be empty
  record Option(String name, Takes takes, String variable) {}

  private static final Map<Engine, OptionTable> TABLES = read();

  private final List<Option> options = new ArrayList<>();
  private final Map<String, Option> byFlag = new HashMap<>();

  private OptionTable() {}

  /// The flags of an engine; none for one that has no command line.
  static OptionTable of(Engine engine) {
    return TABLES.getOrDefault(engine, new OptionTable());
  }

  /// The flag of a spelling, with its dashes. Underscores count as dashes, as most engines have it.
  Optional<Option> find(String flag) {
    return Optional.ofNullable(byFlag.get(flag.replace('_', '-')));
  }

  /// All flags.
  List<Option> options() {
    return options;
  }

  private static Map<Engine, OptionTable> read() {
    Map<Engine, OptionTable> tables = new EnumMap<>(Engine.class);
    OptionTable table = new OptionTable();
    for (String line : lines()) {
      if (line.startsWith("[")) {
        table = new OptionTable();
        tables.put(Engine.of(line.substring(1, line.length() - 1)), table);
      } else if (!line.isBlank() && !line.startsWith("#")) {
        table.add(line.split(" +", -1));
      }
    }
    return tables;
  }

  private void add(String[] columns) {
    Option option =
        new Option(columns[0], Takes.of(columns[1]), columns.length > 3 ? columns[3] : "");
    options.add(option);
    byFlag.put("--" + option.name(), option);
    for (String spelling : columns[2].split(",", -1)) {
      byFlag.put(spelling, option);
    }
  }

  private static List<String> lines() {
    try (InputStream in = OptionTable.class.getResourceAsStream("options.txt")) {
      if (in == null) {
        throw new IllegalStateException("options.txt is not packaged with rope4j.diagnosis");
      }
      return new String(in.readAllBytes(), UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

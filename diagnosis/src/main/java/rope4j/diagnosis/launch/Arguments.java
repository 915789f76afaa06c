package rope4j.diagnosis.launch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.launch.OptionTable.Option;
import rope4j.diagnosis.launch.OptionTable.Takes;

/// The flags of a program, in the order in which the engine takes them: variables first, so that
/// the command line wins.
///
/// @param flags every flag that was given
record Arguments(List<Flag> flags) {

  /// The name under which a model that stands alone is kept.
  static final String MODEL = "model";

  /// A flag whose hyphens have become dashes.
  private static final Pattern DASHED =
      Pattern.compile(
          "-?[\\u2010-\\u2015\\u2212][-\\u2010-\\u2015\\u2212]*([A-Za-z][^\\s=]*).*",
          Pattern.DOTALL);

  private static final Set<Engine> MODEL_STANDS_ALONE =
      Set.of(Engine.VLLM, Engine.OLLAMA, Engine.LM_STUDIO, Engine.KOBOLDCPP, Engine.JLAMA);

  /// A flag that was given.
  ///
  /// @param name the long form without dashes
  /// @param value what was given; empty when it takes none
  record Flag(String name, String value) {

    /// As a user writes it: Ollama's and Python's names have no dashes before them.
    String spelled() {
      return Launch.spelled(name);
    }
  }

  static Arguments of(Program program) {
    OptionTable table = OptionTable.of(program.engine());
    List<Flag> flags = new ArrayList<>(fromEnvironment(table, program.environment()));
    new Reader(table, program.engine(), program.arguments(), flags).read();
    return new Arguments(flags);
  }

  /// All values by name, in the order of the flags' first appearance.
  Map<String, List<String>> byName() {
    Map<String, List<String>> all = new LinkedHashMap<>();
    for (Flag flag : flags) {
      all.computeIfAbsent(flag.name(), name -> new ArrayList<>()).add(flag.value());
    }
    all.replaceAll((name, values) -> List.copyOf(values));
    return all;
  }

  /// The last of the flags with one of these names.
  Optional<Flag> last(String... names) {
    return flags.reversed().stream()
        .filter(flag -> List.of(names).contains(flag.name()))
        .findFirst();
  }

  private static List<Flag> fromEnvironment(OptionTable table, Map<String, String> environment) {
    List<Flag> flags = new ArrayList<>();
    for (Option option : table.options()) {
      String value = environment.getOrDefault(option.variable(), "");
      if (option.takes() != Takes.NOTHING && !value.isEmpty()) {
        flags.add(new Flag(option.name(), value));
      } else if (isOn(value)) {
        flags.add(new Flag(option.name(), ""));
      }
    }
    return flags;
  }

  /// What engines take for true in a variable.
  static boolean isOn(String value) {
    return Set.of("1", "on", "true", "yes", "enabled").contains(value.toLowerCase(Locale.ROOT));
  }

  /// Goes along the words once.
  private static final class Reader {

    private final OptionTable table;
    private final Engine engine;
    private final List<String> words;
    private final List<Flag> flags;
    private int at;

    Reader(OptionTable table, Engine engine, List<String> words, List<Flag> flags) {
      this.table = table;
      this.engine = engine;
      this.words = words;
      this.flags = flags;
    }

    void read() {
      boolean alone = MODEL_STANDS_ALONE.contains(engine);
      while (at < words.size()) {
        String word = words.get(at++);
        requireHyphens(word);
        if (isFlag(word)) {
          flag(word);
        } else if (alone) {
          flags.add(new Flag(MODEL, word));
          alone = false;
        }
      }
    }

    private void flag(String word) {
      int equals = word.startsWith("--") ? word.indexOf('=') : -1;
      String spelled = equals < 0 ? word : word.substring(0, equals);
      Optional<Option> option = table.find(spelled);
      String name = option.map(Option::name).orElseGet(() -> bare(spelled));
      if (equals >= 0) {
        flags.add(new Flag(name, word.substring(equals + 1)));
        return;
      }
      switch (option.map(Option::takes).orElse(Takes.PERHAPS_ONE)) {
        case NOTHING -> flags.add(new Flag(name, ""));
        case ONE -> {
          if (at == words.size()) {
            throw new IllegalArgumentException(
                spelled + " needs a value, but the launch line ends there");
          }
          flags.add(new Flag(name, words.get(at++)));
        }
        case PERHAPS_ONE -> {
          boolean given = at < words.size() && !isFlag(words.get(at));
          if (given) {
            requireHyphens(words.get(at));
          }
          flags.add(new Flag(name, given ? words.get(at++) : ""));
        }
        case SOME -> {
          List<String> values = new ArrayList<>();
          while (at < words.size() && !isFlag(words.get(at))) {
            requireHyphens(words.get(at));
            values.add(words.get(at++));
          }
          flags.add(new Flag(name, String.join(" ", values)));
        }
      }
    }

    private static String bare(String flag) {
      return flag.replaceFirst("^-+", "");
    }

    /// Editors and web pages turn hyphens into dashes, which no engine takes for a flag.
    private static void requireHyphens(String word) {
      var dashed = DASHED.matcher(word);
      if (dashed.matches()) {
        String name = dashed.group(1);
        throw new IllegalArgumentException(
            "'"
                + Values.shortened(word)
                + "' begins with a typographic dash, which no engine takes for a flag; write "
                + (name.length() == 1 ? "-" : "--")
                + Values.shortened(name));
      }
    }

    /// A negative number is a value.
    private static boolean isFlag(String word) {
      return word.length() > 1 && word.startsWith("-") && !word.matches("-\\.?[0-9].*");
    }
  }
}

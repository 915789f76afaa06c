package rope4j.diagnosis.probe;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What can be probed, the most telling first: when time is short it is taken in this order.
public enum ProbeKind {
  /// Loss by position with its control; always measured, because verdicts are read from it.
  NLL("loss by position, and the verdicts"),
  /// Divergence from the original rotation on short text; read off the same passes.
  DAMAGE("what each strategy changes in text that needs no extension"),
  /// What the longer context is worth, and for which tokens; read off the same passes.
  BENEFIT("which tokens need the long context"),
  /// The passkey test.
  PASSKEY("a number hidden in a repeated filler"),
  /// A passage of the text told twice.
  RECALL("a passage of the text told again"),
  /// A random segment said twice, and the heads that copy it.
  COPY("random tokens said again, and the heads that copy them"),
  /// Pairs of random tokens.
  KEY_VALUE("the value of a key among pairs of random tokens"),
  /// Continuations within and past the trained length.
  COHERENCE("what the model writes past its trained length"),
  /// The passkey's sentence in the user's text.
  NEEDLE("a number hidden in the text"),
  /// Six tasks of RULER.
  RULER("six tasks of RULER and the effective length"),
  /// Pairs of channels.
  PAIRS("which pairs of channels the result hangs on"),
  /// Elements of an array.
  INDEXING("an element of an array by its index"),
  /// The engine itself.
  SELF_CHECK("whether the engine agrees with itself on this model");

  private final String meaning;

  ProbeKind(String meaning) {
    this.meaning = meaning;
  }

  /// The name on the command line, for example `self-check`.
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// What is measured, in a few words.
  public String meaning() {
    return meaning;
  }

  /// Reads names, `all` for every probe; in the order of this list, each once.
  ///
  /// @throws IllegalArgumentException when a name is not known
  public static List<ProbeKind> parse(List<String> names) {
    return names.stream()
        .flatMap(name -> one(name.strip().toLowerCase(Locale.ROOT)))
        .distinct()
        .sorted()
        .toList();
  }

  private static Stream<ProbeKind> one(String name) {
    if (name.equals("all")) {
      return Arrays.stream(values());
    }
    return Stream.of(
        Arrays.stream(values())
            .filter(kind -> kind.label().equals(name))
            .findFirst()
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "probe '"
                        + name
                        + "' is not known; known are "
                        + Arrays.stream(values())
                            .map(ProbeKind::label)
                            .collect(Collectors.joining(", "))
                        + ", all")));
  }
}

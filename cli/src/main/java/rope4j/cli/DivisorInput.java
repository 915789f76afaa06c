package rope4j.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import rope4j.checkpoint.patch.FactorTensors.Divisors;
import rope4j.checkpoint.patch.FactorTensors.Given;
import rope4j.checkpoint.patch.FactorTensors.Llama3Rule;

/// Frequency factors as a user gives them.
final class DivisorInput {

  private static final String RULE = "llama3:";

  /// No model has so many pairs that its factors fill more.
  private static final int MAX_BYTES = 1 << 20;

  private DivisorInput() {}

  /// `llama3:FACTOR[,LOW,HIGH,ORIGINAL]`, numbers with commas between, or the name of a file.
  static Divisors parse(String text) {
    if (text.startsWith(RULE)) {
      return rule(text);
    }
    return text.matches("[0-9.eE+-]+(,[0-9.eE+-]+)+") ? list(text) : read(Path.of(text));
  }

  private static Given list(String text) {
    try {
      return new Given(numbers("--rope-freqs", List.of(text.split(",", -1))));
    } catch (IllegalArgumentException e) {
      throw new InputException("--rope-freqs: " + e.getMessage());
    }
  }

  private static Llama3Rule rule(String text) {
    String[] parts = text.substring(RULE.length()).split(",", -1);
    if (parts.length != 1 && parts.length != 4) {
      throw new InputException(
          "--rope-freqs "
              + text
              + ": llama3:FACTOR or llama3:FACTOR,LOW,HIGH,ORIGINAL was expected");
    }
    List<Double> numbers = numbers("--rope-freqs " + text, List.of(parts));
    if (parts.length == 1) {
      return new Llama3Rule(numbers.getFirst(), 1, 4, OptionalInt.empty());
    }
    double original = numbers.get(3);
    if (!(original >= 1 && original <= Integer.MAX_VALUE) || original != Math.rint(original)) {
      throw new InputException(
          "--rope-freqs " + text + ": the original length must be a whole number of tokens");
    }
    return new Llama3Rule(
        numbers.get(0), numbers.get(1), numbers.get(2), OptionalInt.of((int) original));
  }

  /// A file of numbers, between commas, blanks or line ends; a JSON list too.
  static Given read(Path file) {
    String text;
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new InputException(file + ": this is larger than 1 MiB, so it is no list of factors");
      }
      text = new String(bytes, StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new InputException(
          file + ": the list of factors can't be read; check the path and its permissions");
    }
    if (text.startsWith("[") && text.endsWith("]")) {
      text = text.substring(1, text.length() - 1).strip();
    }
    List<String> words = text.isEmpty() ? List.of() : List.of(text.split("\\s*,\\s*|\\s+", -1));
    if (words.isEmpty()) {
      throw new InputException(file + ": there are no numbers in this file");
    }
    try {
      return new Given(numbers(file.toString(), words));
    } catch (IllegalArgumentException e) {
      throw new InputException(file + ": " + e.getMessage());
    }
  }

  private static List<Double> numbers(String where, List<String> words) {
    List<Double> numbers = new ArrayList<>();
    for (String word : words) {
      try {
        numbers.add(Double.parseDouble(word.strip()));
      } catch (NumberFormatException _) {
        String shown = word.length() > 40 ? word.substring(0, 40) + "…" : word;
        throw new InputException(where + ": '" + shown + "' is not a number");
      }
    }
    return numbers;
  }
}

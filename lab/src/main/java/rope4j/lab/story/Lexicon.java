package rope4j.lab.story;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// The lists of words in `words.txt`.
final class Lexicon {

  private final Map<String, List<String>> lists = new LinkedHashMap<>();

  private Lexicon() {}

  static Lexicon read() {
    try (InputStream in =
        Objects.requireNonNull(Lexicon.class.getResourceAsStream("words.txt"), "words.txt")) {
      Lexicon lexicon = new Lexicon();
      Set<String> seen = new HashSet<>();
      for (String line :
          new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().toList()) {
        if (!line.startsWith("#")) {
          int colon = line.indexOf(':');
          List<String> words = List.of(line.substring(colon + 1).strip().split(" "));
          for (String word : words) {
            if (!seen.add(word)) {
              throw new IllegalStateException("words.txt has the word " + word + " twice");
            }
          }
          lexicon.lists.put(line.substring(0, colon), words);
        }
      }
      return lexicon;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The words of a list, in its order.
  List<String> words(String list) {
    return Objects.requireNonNull(lists.get(list), list);
  }

  /// All words, list after list.
  List<String> all() {
    return lists.values().stream().flatMap(List::stream).toList();
  }
}

package rope4j.inference.source;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import rope4j.checkpoint.CheckpointException;
import rope4j.inference.source.Family.Key;
import rope4j.inference.source.Family.Only;
import rope4j.inference.source.Family.Target;

/// The table `families.txt`.
final class Families {

  private static final String FILE = "families.txt";
  private static final SortedMap<String, Family> TABLE = parse();

  private Families() {}

  /// The family of a `model_type`.
  ///
  /// @throws CheckpointException when folders of it can't be run
  static Family of(String modelType) {
    Family family = TABLE.get(modelType);
    if (family == null) {
      throw new CheckpointException(
          "config.json: "
              + (modelType.isEmpty()
                  ? "there is no model_type"
                  : "folders of model_type '" + Shown.text(modelType) + "' can't be run")
              + "; folders of these can: "
              + String.join(", ", TABLE.keySet()));
    }
    return family;
  }

  private static SortedMap<String, Family> parse() {
    Map<String, Page> pages = new HashMap<>();
    SortedMap<String, Family> families = new TreeMap<>();
    List<Page> inOrder = new ArrayList<>();
    for (String line : lines()) {
      String[] words = line.strip().split("\\s+");
      if (words[0].isEmpty() || words[0].startsWith("#")) {
        continue;
      }
      if (!line.startsWith(" ")) {
        Page page = new Page(words[0].equals("family") ? words[2] : "");
        for (String name : words[1].split(",", -1)) {
          pages.put(name, page);
          if (!page.architecture.isEmpty()) {
            page.types.add(name);
          }
        }
        inOrder.add(page);
      } else {
        inOrder.getLast().read(words, pages);
      }
    }
    for (Page page : inOrder) {
      page.types.forEach(type -> families.put(type, page.family()));
    }
    return families;
  }

  private static List<String> lines() {
    try (InputStream in = Families.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IllegalStateException(FILE + " is not in this jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What the lines under a heading say.
  private static final class Page {
    private final String architecture;
    private final Set<String> types = new HashSet<>();
    private final Map<String, List<Target>> inherited = new LinkedHashMap<>();
    private final Map<String, List<Target>> own = new LinkedHashMap<>();
    private final Set<String> dropped = new HashSet<>();
    private final List<Key> keys = new ArrayList<>();
    private final List<Only> only = new ArrayList<>();
    private String blocks = "";
    private Optional<String> epsilonKey = Optional.empty();
    private double epsilon;

    Page(String architecture) {
      this.architecture = architecture;
    }

    void read(String[] words, Map<String, Page> pages) {
      switch (words[0]) {
        case "like" -> inherit(pages.get(words[1]));
        case "blocks" -> blocks = words[1];
        case "drop" -> dropped.add(inFolder(words[1]));
        case "epsilon" -> {
          epsilonKey = words[1].equals("-") ? Optional.empty() : Optional.of(words[1]);
          epsilon = Double.parseDouble(words[2]);
        }
        case "only" -> only.add(new Only(words[1], List.of(words[2].split(",", -1))));
        case "real", "count", "flag" ->
            keys.add(
                new Key(
                    Key.Type.valueOf(words[0].toUpperCase(Locale.ROOT)),
                    words[1],
                    words[3].equals("-") ? Optional.empty() : Optional.of(words[3]),
                    words[4],
                    words.length > 5));
        default ->
            own.computeIfAbsent(inFolder(words[0]), _ -> new ArrayList<>())
                .add(
                    new Target(
                        words[0].startsWith(".") ? "blk.N." + words[2] : words[2],
                        words.length > 3 ? TensorLayout.of(words[3]) : TensorLayout.AS_IT_IS));
      }
    }

    private void inherit(Page other) {
      inherited.putAll(other.inherited);
      inherited.putAll(other.own);
      dropped.addAll(other.dropped);
      keys.addAll(other.keys);
      only.addAll(other.only);
      blocks = other.blocks;
      epsilonKey = other.epsilonKey;
      epsilon = other.epsilon;
    }

    private String inFolder(String name) {
      return name.startsWith(".") ? blocks + name : name;
    }

    Family family() {
      Map<String, List<Target>> all = new LinkedHashMap<>(inherited);
      all.putAll(own);
      Map<String, List<Target>> modules = new LinkedHashMap<>();
      Map<String, List<Target>> tensors = new LinkedHashMap<>();
      all.forEach((name, targets) ->
          (isTensor(targets.getFirst().name()) ? tensors : modules).put(name, targets));
      return new Family(
          architecture,
          epsilonKey,
          epsilon,
          Collections.unmodifiableMap(modules),
          Collections.unmodifiableMap(tensors),
          Set.copyOf(dropped),
          List.copyOf(keys),
          List.copyOf(only));
    }

    private static boolean isTensor(String name) {
      return name.endsWith(".weight") || name.endsWith(".bias");
    }
  }
}

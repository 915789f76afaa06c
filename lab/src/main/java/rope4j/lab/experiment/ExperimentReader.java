package rope4j.lab.experiment;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import rope4j.checkpoint.json.JsonFile;
import rope4j.lab.model.Initialisation;
import rope4j.lab.task.Counting;
import rope4j.lab.task.Induction;
import rope4j.lab.task.KeyValueRecall;
import rope4j.lab.task.Passkey;
import rope4j.lab.task.StoryTelling;
import rope4j.lab.task.Task;

/// Reads an experiment file. The keys are explained in docs/lab.md.
final class ExperimentReader {

  private static final String[] QUICK = {
    "steps", "seeds", "encodings", "strategies", "lengths", "factors", "fineTuning", "examples"
  };

  private final String name;
  private final Section root;
  private final Section quick;

  private ExperimentReader(String name, JsonFile file, boolean quick) {
    this.name = name;
    this.root =
        Section.root(file)
            .knows(
                "description",
                "task",
                "model",
                "training",
                "seeds",
                "encodings",
                "strategies",
                "lengths",
                "factors",
                "fineTuning",
                "examples",
                "quick");
    Section overrides = root.child("quick").knows(QUICK);
    // An empty section overrides nothing.
    this.quick = quick ? overrides : Section.root(JsonFile.of(file.name(), Map.of()));
  }

  /// @param quick whether the file's `quick` applies
  /// @throws IllegalArgumentException when something is wrong; the message names key and line
  static Experiment read(String name, JsonFile file, boolean quick) {
    return new ExperimentReader(name, file, quick).read();
  }

  private Experiment read() {
    Task task = task(root.child("task"));
    Training training = training(root.child("training"));
    Experiment experiment =
        new Experiment(
            name,
            root.text("description", ""),
            task,
            model(root.child("model")),
            quick.has("steps") ? training.withSteps(quick.integer("steps", 1)) : training,
            from("seeds").integers("seeds", 0).stream().map(Integer::longValue).toList(),
            named("encodings", this::encoding),
            root.has("strategies")
                ? named("strategies", ExperimentReader::strategy)
                : List.of(Strategy.UNSCALED),
            from("lengths").integers("lengths", 8),
            from("factors").has("factors") ? from("factors").numbers("factors") : List.of(),
            fineTuning(root.child("fineTuning")),
            from("examples").integer("examples", 1, 64));
    new ExperimentCheck(root, this::from).require(experiment);
    return experiment;
  }

  /// Where a key is to be read.
  private Section from(String key) {
    return quick.has(key) ? quick : root;
  }

  private static Task task(Section section) {
    String kind = section.text("kind", "");
    return section.checked(
        "kind",
        () ->
            switch (kind) {
              case "induction" -> {
                Section of = section.knows("kind", "alphabet", "once");
                yield new Induction(of.integer("alphabet", 1, 256), of.truth("once", false));
              }
              case "passkey" -> {
                Section of = section.knows("kind", "words");
                yield new Passkey(of.integer("words", 1, 52));
              }
              case "key-value" -> {
                Section of = section.knows("kind", "keys", "values");
                yield new KeyValueRecall(of.integer("keys", 1, 256), of.integer("values", 1, 64));
              }
              case "counting" -> {
                Section of = section.knows("kind", "modulus");
                yield new Counting(of.integer("modulus", 1, 2));
              }
              case "story" -> {
                section.knows("kind");
                yield new StoryTelling();
              }
              default ->
                  throw section.wrong(
                      "must be one of induction, passkey, key-value, counting, story", "kind");
            });
  }

  private ModelSize model(Section section) {
    section.knows("layers", "width", "heads", "feedForward", "tiedEmbeddings", "initialisation");
    int width = section.integer("width", 1);
    int layers = section.integer("layers", 1);
    int heads = section.integer("heads", 1);
    int feedForward = section.integer("feedForward", 1, 4 * width);
    boolean tied = section.truth("tiedEmbeddings", false);
    Initialisation initialisation =
        section.choice("initialisation", Initialisation.values(), Initialisation.NORMAL);
    return root.checked(
        "model", () -> new ModelSize(layers, width, heads, feedForward, tied, initialisation));
  }

  private Training training(Section section) {
    section.knows("length", "steps", "batch", "learningRate");
    int length = section.integer("length", 8);
    int steps = section.integer("steps", 1);
    int batch = section.integer("batch", 1, 32);
    double rate = section.number("learningRate", 1e-3);
    return section.checked("learningRate", () -> new Training(length, steps, batch, rate));
  }

  /// The entries of an object by their names; `quick` may choose among them.
  private <T> List<T> named(String key, Function<Section, T> read) {
    Section section = root.child(key);
    List<String> names = section.keys();
    if (names.isEmpty()) {
      throw root.wrong("at least one entry is needed", key);
    }
    List<T> all =
        names.stream()
            .map(entry -> root.child(key).checked(entry, () -> read.apply(section.child(entry))))
            .toList();
    if (!quick.has(key)) {
      return all;
    }
    List<String> chosen = quick.texts(key);
    for (String choice : chosen) {
      if (!names.contains(choice)) {
        throw quick.wrong(
            "there is no '" + choice + "'; there are " + String.join(", ", names), key);
      }
    }
    return IntStream.range(0, names.size())
        .filter(i -> chosen.contains(names.get(i)))
        .mapToObj(all::get)
        .toList();
  }

  private Encoding encoding(Section section) {
    section.knows(
        "kind", "base", "rotatedShare", "turningShare", "recurrence", "steps", "initialisation");
    Encoding.Kind kind = section.choice("kind", Encoding.Kind.values());
    Encoding.Recurrence recurrence =
        section.choice("recurrence", Encoding.Recurrence.values(), Encoding.Recurrence.NONE);
    if (recurrence.rotates() && kind != Encoding.Kind.ROPE) {
      throw section.wrong(
          "a recurrence that rotates needs the frequencies of an encoding of kind rope",
          "recurrence");
    }
    return new Encoding(
        section.name(),
        kind,
        usedBy(EnumSet.of(Encoding.Kind.ROPE, Encoding.Kind.XPOS), section, "base", 10_000),
        usedBy(EnumSet.of(Encoding.Kind.ROPE), section, "rotatedShare", 1),
        usedBy(EnumSet.of(Encoding.Kind.ROPE), section, "turningShare", 1),
        recurrence,
        section.has("steps") && !quick.has("steps")
            ? OptionalInt.of(section.integer("steps", 1))
            : OptionalInt.empty(),
        section.has("initialisation")
            ? Optional.of(section.choice("initialisation", Initialisation.values()))
            : Optional.empty());
  }

  /// A number that only some kinds use. The default may stand in the file of any: a stored model's
  /// settings spell everything out.
  private static double usedBy(
      Set<Encoding.Kind> kinds, Section section, String key, double otherwise) {
    double value = section.number(key, otherwise);
    if (value != otherwise && !kinds.contains(section.choice("kind", Encoding.Kind.values()))) {
      throw section.wrong(
          "an encoding of kind " + section.text("kind", "") + " does not use it; remove it", key);
    }
    return value;
  }

  private static Strategy strategy(Section section) {
    section.knows("scaling", "betaFast", "betaSlow", "temperature");
    return new Strategy(
        section.name(),
        section.choice("scaling", Strategy.Method.values()),
        section.number("betaFast", 4),
        section.number("betaSlow", 1),
        section.number("temperature", 0));
  }

  private FineTuning fineTuning(Section section) {
    section.knows("steps", "length", "learningRate");
    if (!root.has("fineTuning")) {
      return FineTuning.NONE;
    }
    List<Integer> steps =
        quick.has("fineTuning") ? quick.integers("fineTuning", 0) : section.integers("steps", 0);
    int length = section.integer("length", 8);
    double rate = section.number("learningRate", 3e-4);
    return root.checked(
        "fineTuning",
        () -> new FineTuning(steps.stream().filter(n -> n > 0).toList(), length, rate));
  }
}

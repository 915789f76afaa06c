package rope4j.lab.experiment;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import rope4j.lab.task.Task;

/// What the keys of an experiment file must be to each other. All is refused before anything is
/// trained.
final class ExperimentCheck {

  /// Far above what attention over all pairs of tokens can be computed for.
  private static final int LONGEST = 1 << 20;

  private final Section root;
  private final Function<String, Section> from;

  /// @param root the file
  /// @param from where a key is to be read: in the file's `quick`, or in the file
  ExperimentCheck(Section root, Function<String, Section> from) {
    this.root = root;
    this.from = from;
  }

  /// @throws IllegalArgumentException naming key and line
  void require(Experiment experiment) {
    different("seeds", experiment.seeds());
    different("lengths", experiment.lengths());
    different("factors", experiment.factors());
    Task task = experiment.task();
    experiment.lengths().forEach(length -> fits(task, length, from.apply("lengths"), "lengths"));
    fits(task, experiment.training().length(), root.child("training"), "length");
    for (double factor : experiment.factors()) {
      if (factor < 1) {
        throw from.apply("factors")
            .wrong("a factor must be at least 1, but one is " + factor, "factors");
      }
    }
    fineTuning(experiment);
    tables(experiment);
  }

  /// The results of equal ones would be averaged as if they were several.
  private void different(String key, List<?> values) {
    different(from.apply(key), key, values);
  }

  private static void different(Section section, String key, List<?> values) {
    Set<Object> seen = new HashSet<>();
    for (Object value : values) {
      if (!seen.add(value)) {
        throw section.wrong(value + " is given twice; remove one of them", key);
      }
    }
  }

  private static void fits(Task task, int length, Section section, String key) {
    section.checked(
        key,
        () -> {
          task.require(length);
          return task;
        });
    if (length > LONGEST) {
      throw section.wrong(
          "a sequence has at most " + LONGEST + " tokens, but the length is " + length, key);
    }
  }

  private void fineTuning(Experiment experiment) {
    if (!root.has("fineTuning")) {
      return;
    }
    Section section = root.child("fineTuning");
    Section overriding = from.apply("fineTuning");
    List<Integer> steps = experiment.fineTuning().steps();
    // The quick form gives the steps alone.
    if (overriding == root) {
      different(section, "steps", steps);
    } else {
      different(overriding, "fineTuning", steps);
    }
    fits(experiment.task(), experiment.fineTuning().length(), section, "length");
  }

  /// A table of learned positions has a row for each token of the longest test.
  private void tables(Experiment experiment) {
    int longest = experiment.lengths().getLast();
    FineTuning fineTuning = experiment.fineTuning();
    int trained =
        Math.max(
            experiment.training().length(), fineTuning.steps().isEmpty() ? 0 : fineTuning.length());
    for (Encoding encoding : experiment.encodings()) {
      if (encoding.kind() == Encoding.Kind.LEARNED && trained > longest) {
        throw from.apply("lengths")
            .wrong(
                "the learned positions of '"
                    + encoding.name()
                    + "' end with the longest test, "
                    + longest
                    + " tokens, but it is trained on "
                    + trained
                    + "; add a length of at least "
                    + trained,
                "lengths");
      }
    }
  }
}

package rope4j.lab.demo;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import rope4j.lab.model.LanguageModel;
import rope4j.lab.training.BatchSource;
import rope4j.lab.training.Progress;
import rope4j.lab.training.Trainer;
import rope4j.lab.training.TrainingPlan;

/// What a model learns first, and what after that.
record Curriculum(List<Subject> subjects) {

  private static final int STEPS_A_LINE = 20;

  /// @param name of the file it is saved in, and of its lines in the log
  record Subject(String name, TrainingPlan plan, BatchSource batches) {}

  Curriculum {
    subjects = List.copyOf(subjects);
  }

  /// Songs, then stories.
  static Curriculum demo() {
    return new Curriculum(
        List.of(
            new Subject("songs", DemoModel.songPlan(), DemoModel.songs()),
            new Subject("stories", DemoModel.storyPlan(), DemoModel.stories())));
  }

  /// Trains a model, or goes on where an interrupted run stopped: every subject has a saved run of
  /// its own, and one that is done gives its weights back.
  void teach(LanguageModel model, Path folder, Consumer<String> log) {
    for (Subject subject : subjects) {
      Path savedRun = folder.resolve(subject.name() + ".safetensors");
      new Trainer(
              subject.plan(),
              subject.batches(),
              Optional.of(savedRun),
              progress -> report(subject.name(), progress, log))
          .fineTune(model, model.config().encoding());
    }
  }

  private static void report(String what, Progress progress, Consumer<String> log) {
    if (progress.step() % STEPS_A_LINE == 0 || progress.step() == progress.steps()) {
      log.accept(
          String.format(
              Locale.ROOT,
              "%s: step %d of %d  loss %.4f  %.0f tokens/s",
              what,
              progress.step(),
              progress.steps(),
              progress.loss(),
              progress.tokensPerSecond()));
    }
  }
}

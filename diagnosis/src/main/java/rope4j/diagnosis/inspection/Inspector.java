package rope4j.diagnosis.inspection;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import rope4j.checkpoint.ModelFacts;
import rope4j.checkpoint.model.Checkpoint;
import rope4j.checkpoint.model.FolderCheckpoint;
import rope4j.checkpoint.model.GgufCheckpoint;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.engine.Engine.Format;
import rope4j.diagnosis.launch.Launch;
import rope4j.diagnosis.rules.KnownFamily;
import rope4j.diagnosis.rules.Rules;
import rope4j.diagnosis.rules.Subject;

/// Tells everything about a model at a length that needs no weights.
public final class Inspector {

  private Inspector() {}

  /// Inspects a model.
  ///
  /// @param engine the engine it is about; empty for any, or the launch's
  /// @param launch how the user starts it
  /// @param context tokens wanted; empty for the launch's, and without one what the files advertise
  /// @throws IllegalArgumentException when engine, launch and files do not go together, or the
  ///   context is below 1
  public static Inspection inspect(
      Checkpoint checkpoint,
      Optional<Engine> engine,
      Optional<Launch> launch,
      OptionalInt context) {
    return inspect(checkpoint, engine, launch, context, OptionalInt.empty());
  }

  /// The same for a model whose attention is cut, so that no two tokens farther apart see each
  /// other.
  ///
  /// @param cut the last tokens that every layer sees; empty where attention is as the files say
  public static Inspection inspect(
      Checkpoint checkpoint,
      Optional<Engine> engine,
      Optional<Launch> launch,
      OptionalInt context,
      OptionalInt cut) {
    Optional<Engine> chosen = launch.map(Launch::engine).or(() -> engine);
    requireOneEngine(engine, launch);
    Format format = format(checkpoint);
    chosen.ifPresent(one -> requireReadable(checkpoint, one));
    OptionalInt asked = asked(launch, context);
    Subject subject = new Subject(checkpoint, chosen, launch, asked);
    ModelFacts facts = checkpoint.facts();
    Optional<KnownFamily> family = KnownFamily.of(subject);
    int start = subject.trainedLength().value();
    Training training = Training.of(facts, start, family);
    Lengths lengths =
        new Lengths(
            // A family's files may advertise a little more than its weights saw (Qwen 3: 40,960),
            // and
            // it is used up to there without a scaling.
            training.withScaling()
                ? Math.min(start, facts.trainedLength().value())
                : facts.trainedLength().value(),
            facts.advertisedLength().value(),
            asked.orElse(Math.max(1, facts.advertisedLength().value())),
            asked.isPresent());
    RotationReading rotation =
        new RotationReader(checkpoint, chosen, launch, lengths, training, cut).read();
    Advice advice = Advice.of(checkpoint, chosen, lengths, start);
    return new Inspection(
        checkpoint.path(),
        format,
        chosen,
        launch,
        facts,
        lengths,
        training,
        rotation,
        CacheMemory.of(facts, lengths.requested(), launch),
        Rules.findings(subject),
        advice.extension(),
        advice.recipes(),
        new OutcomeJudge(facts, lengths, training, rotation, advice).outcome());
  }

  private static void requireOneEngine(Optional<Engine> engine, Optional<Launch> launch) {
    if (engine.isPresent() && launch.isPresent() && launch.get().engine() != engine.get()) {
      throw new IllegalArgumentException(
          "the engine is "
              + engine.get().title()
              + ", but the command line starts "
              + launch.get().engine().title()
              + "; give one of them");
    }
  }

  private static void requireReadable(Checkpoint checkpoint, Engine engine) {
    if (checkpoint instanceof GgufCheckpoint && engine.format() == Format.HUGGING_FACE) {
      throw new IllegalArgumentException(
          checkpoint.path()
              + " is a GGUF file, which holds what llama.cpp reads; for "
              + engine.title()
              + " name the model's folder or its config.json");
    }
  }

  /// A context of 0 on a command line leaves it to the file.
  private static OptionalInt asked(Optional<Launch> launch, OptionalInt context) {
    if (context.isPresent()) {
      return context;
    }
    OptionalInt launched = launch.map(Launch::contextLength).orElse(OptionalInt.empty());
    return launched.orElse(0) < 1 ? OptionalInt.empty() : launched;
  }

  static Format format(Checkpoint checkpoint) {
    return switch (checkpoint) {
      case GgufCheckpoint _ -> Format.GGUF;
      case FolderCheckpoint _ -> Format.HUGGING_FACE;
    };
  }

  /// The engine whose reading is shown when none was chosen.
  static Engine natural(Checkpoint checkpoint) {
    return format(checkpoint) == Format.GGUF ? Engine.LLAMA_CPP : Engine.TRANSFORMERS;
  }

  static List<Engine> engines(Checkpoint checkpoint, Optional<Engine> chosen) {
    return chosen.map(List::of).orElseGet(() -> Engine.loading(format(checkpoint)));
  }
}

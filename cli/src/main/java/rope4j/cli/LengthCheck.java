package rope4j.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.model.Checkpoint;
import rope4j.checkpoint.model.GgufCheckpoint;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.inspection.Inspection;
import rope4j.diagnosis.inspection.Inspector;
import rope4j.diagnosis.inspection.Outcome;
import rope4j.diagnosis.launch.Launch;
import rope4j.diagnosis.recipe.LlamaCppFlags;
import rope4j.inference.Model;

/// Whether a model can be expected to hold at a length, by what its files say.
///
/// @param flags the rotation that was asked for
/// @param allowsDegraded whether a length is run that nothing scales the rotation for
record LengthCheck(Model model, RopeOverrides flags, boolean allowsDegraded) {

  /// Tokens the model was trained on, before any scaling.
  int trainedLength() {
    return inspect(Optional.empty(), OptionalInt.empty()).lengths().trained();
  }

  /// Says what the rotation is.
  ///
  /// @param context tokens of the whole text
  /// @throws InputException when nothing scales the rotation that far, with what would
  void say(int context, PrintWriter err) {
    String words = String.join(" ", LlamaCppFlags.words(flags));
    // What flags make of a folder is not judged: they are laid over keys, not read by an engine.
    if (!isFlagged() || model.checkpoint() instanceof GgufCheckpoint) {
      judge(words, context, err);
    }
    if (isFlagged()) {
      err.println("rope: rotating with " + words + " for " + context + " tokens");
    }
  }

  private boolean isFlagged() {
    return !flags.equals(RopeOverrides.NONE);
  }

  private void judge(String words, int context, PrintWriter err) {
    Optional<Launch> launch =
        isFlagged()
            ? Optional.of(Launch.parse("llama-cli -m model.gguf -c " + context + " " + words))
            : Optional.empty();
    Inspection inspection = inspect(launch, OptionalInt.of(context));
    Outcome verdict = inspection.verdict();
    switch (verdict.level()) {
      case TRAINED, UNKNOWN -> {}
      case EXTENDED -> {
        if (!isFlagged()) {
          err.println("rope: " + verdict.text());
        }
      }
      case BEYOND -> beyond(inspection, context, err);
    }
  }

  private void beyond(Inspection inspection, int context, PrintWriter err) {
    List<String> remedy =
        inspection.advised().flatMap(LlamaCppFlags::of).map(LlamaCppFlags::words).orElse(List.of());
    String reached =
        context
            + " tokens are beyond the "
            + inspection.lengths().advertised()
            + " this model was made for, and "
            + (isFlagged()
                ? "these flags do not scale its rotation far enough"
                : model.rotates()
                    ? "nothing scales its rotation"
                    : "it has no rotation that could be scaled");
    if (!allowsDegraded) {
      throw new InputException(
          reached
              + "; "
              + (remedy.isEmpty() ? "" : "add " + String.join(" ", remedy) + ", ")
              + "ask for fewer with -c or -n, or go on with --allow-degraded");
    }
    err.println("rope: " + reached + "; expect the text to fall apart");
  }

  /// What the files alone say, in the engine whose rotation is run.
  private Inspection inspect(Optional<Launch> launch, OptionalInt context) {
    Checkpoint checkpoint = model.checkpoint();
    return Inspector.inspect(
        checkpoint,
        Optional.of(checkpoint instanceof GgufCheckpoint ? Engine.LLAMA_CPP : Engine.TRANSFORMERS),
        launch,
        context);
  }
}

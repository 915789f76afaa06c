package rope4j.cli;

import java.util.Optional;
import picocli.CommandLine.Option;
import rope4j.inference.Model;

/// How far back a model may look.
final class AttentionFlags {

  @Option(
      names = "--attention-window",
      paramLabel = "N",
      description = {
        "Cut attention: every layer sees the last N tokens only. To tell what a low loss is worth: such a model",
        "predicts text and finds nothing that stands farther back.",
      })
  private Optional<Integer> window = Optional.empty();

  /// Fails early.
  void check() {
    window
        .filter(tokens -> tokens < 1)
        .ifPresent(tokens -> {
          throw new InputException("--attention-window must be at least 1, but it is " + tokens);
        });
  }

  /// The model, cut where it was asked for. It shares everything with the one given, which is to be
  /// closed.
  Model cut(Model model) {
    check();
    return window.map(model::withAttentionWindow).orElse(model);
  }
}

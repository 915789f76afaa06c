package rope4j.diagnosis.recipe;

import rope4j.diagnosis.engine.Engine;

/// Text to paste that makes an engine run a model under a rotation.
///
/// @param engine the engine it is for
/// @param versions which versions read it, for example `vLLM 0.11.1 and newer`; empty where that
///   makes no difference
/// @param text the commands, or the keys to set in a `config.json`; empty where the engine can't
/// @param note what to know before pasting it, without a full stop at the end; may be empty
public record Recipe(Engine engine, String versions, String text, String note) {

  /// Whether the engine can do it at all; if not, the note says why.
  public boolean possible() {
    return !text.isEmpty();
  }
}

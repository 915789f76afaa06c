package rope4j.diagnosis.inspection;

/// What an inspection comes to.
///
/// @param level how it stands
/// @param text one or two sentences
public record Outcome(Level level, String text) {

  /// How the requested length stands to what the model was trained on.
  public enum Level {
    /// The length and the rotation are those of training.
    TRAINED,
    /// A scaling brings all angles back into what was seen; the weights were not trained with it.
    EXTENDED,
    /// Pairs reach angles that were never seen, or the rotation is not the trained one.
    BEYOND,
    /// The model does not rotate, or how it does can't be told.
    UNKNOWN
  }
}

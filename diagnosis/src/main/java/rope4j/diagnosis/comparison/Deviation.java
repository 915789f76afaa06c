package rope4j.diagnosis.comparison;

import java.util.List;
import java.util.Optional;
import rope4j.checkpoint.config.RopeDifference;
import rope4j.diagnosis.engine.Engine;

/// How one engine rotates the layers of one type, against the engine that is right.
///
/// @param engine the engine
/// @param layerType for example `full_attention`; empty when all rotating layers are alike
/// @param atLength the difference for a text as long as the context
/// @param shortText the difference for a text of the trained length, by engines that were started
///   for the whole context: another one where an engine goes by the length of the text
/// @param causes why they differ, one sentence each; empty when they do not
public record Deviation(
    Engine engine,
    Optional<String> layerType,
    RopeDifference atLength,
    RopeDifference shortText,
    List<String> causes) {

  /// Radians from which a pair points elsewhere.
  public static final double OFF = 0.5;

  /// Radians from which a difference can be noticed.
  public static final double NOTICEABLE = 0.1;

  public Deviation {
    causes = List.copyOf(causes);
  }

  /// Whether the engine is right, too.
  public boolean none() {
    return atLength.none() && shortText.none();
  }
}

package rope4j.lab.experiment;

import java.util.Optional;
import java.util.OptionalInt;
import rope4j.lab.model.Initialisation;

/// How a model is told positions.
///
/// @param name what the file calls it
/// @param kind the family
/// @param base of the rotation; of RoPE and xPos only
/// @param rotatedShare share of a head's channels that rotate, above 0 to 1 (partial rotary)
/// @param turningShare share of the pairs that turn, the fastest first, from 0 to 1 (p-RoPE)
/// @param recurrence what stands in every other layer
/// @param steps training steps, where not the experiment's
/// @param initialisation how the weights begin, where not as the experiment says
public record Encoding(
    String name,
    Kind kind,
    double base,
    double rotatedShare,
    double turningShare,
    Recurrence recurrence,
    OptionalInt steps,
    Optional<Initialisation> initialisation) {

  /// A family of encodings.
  public enum Kind {
    LEARNED,
    SINUSOIDAL,
    ALIBI,
    NOPE,
    ROPE,
    XPOS
  }

  /// What stands in every other layer: attention like in the rest, or a gated linear recurrence
  /// whose B and C are rotated by nothing, by fixed angles or by cumulative ones.
  public enum Recurrence {
    NONE,
    UNROTATED,
    FIXED,
    CUMULATIVE;

    /// Whether it takes the frequencies of a rotation.
    boolean rotates() {
      return this == FIXED || this == CUMULATIVE;
    }
  }

  public Encoding {
    if (!(base > 1) || Double.isInfinite(base)) {
      throw new IllegalArgumentException("the base must be above 1, but it is " + base);
    }
    if (!(rotatedShare > 0 && rotatedShare <= 1)) {
      throw new IllegalArgumentException(
          "the rotated share must be above 0 and at most 1, but it is " + rotatedShare);
    }
    if (!(turningShare >= 0 && turningShare <= 1)) {
      throw new IllegalArgumentException(
          "the turning share must be from 0 to 1, but it is " + turningShare);
    }
  }

  /// Whether other scalings can be put on it: a rotation all of whose pairs turn.
  public boolean scales() {
    return kind == Kind.ROPE && turningShare == 1;
  }
}

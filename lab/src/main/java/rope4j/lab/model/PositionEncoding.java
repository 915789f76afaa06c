package rope4j.lab.model;

import rope4j.rotation.Scaling;
import rope4j.rotation.Unscaled;

/// How a model knows where a token stands. A model is trained under one encoding and may be asked
/// under another of the same kind: a rotation under another scaling.
public sealed interface PositionEncoding {

  /// What tables of results call it, for example `rope` or `rope yarn`.
  String name();

  /// Nothing but the causal mask (NoPE).
  record None() implements PositionEncoding {
    @Override
    public String name() {
      return "nope";
    }
  }

  /// The sines and cosines of Vaswani et al., added to the embeddings, which are multiplied by the
  /// square root of the width as theirs are.
  record Sinusoidal() implements PositionEncoding {
    @Override
    public String name() {
      return "sinusoidal";
    }
  }

  /// A learned vector per position, added to the embeddings.
  ///
  /// @param positions rows of the table; those past the trained length keep their random start
  record Learned(int positions) implements PositionEncoding {
    public Learned {
      if (positions < 1) {
        throw new IllegalArgumentException(
            "learned positions need a table of at least 1 row, but it has " + positions);
      }
    }

    @Override
    public String name() {
      return "learned";
    }
  }

  /// Linear biases on the attention scores, with the authors' slopes.
  record Alibi() implements PositionEncoding {
    @Override
    public String name() {
      return "alibi";
    }
  }

  /// A rotation of queries and keys.
  ///
  /// @param base `rope_theta`
  /// @param rotaryFraction share of a head's channels that rotate: above 0, up to 1
  /// @param scaling rule that rescales the frequencies
  record Rope(double base, double rotaryFraction, Scaling scaling) implements PositionEncoding {
    public Rope {
      if (!(rotaryFraction > 0 && rotaryFraction <= 1)) {
        throw new IllegalArgumentException(
            "the rotary fraction (partial_rotary_factor) must be above 0 and at most 1, but it is "
                + rotaryFraction);
      }
    }

    /// All channels, unscaled.
    public Rope(double base) {
      this(base, 1, new Unscaled());
    }

    /// The same rotation under another scaling.
    public Rope withScaling(Scaling other) {
      return new Rope(base, rotaryFraction, other);
    }

    /// Channels of a head that rotate: even.
    int rotaryDimension(int headDimension) {
      return Math.max(2, (int) Math.round(headDimension * rotaryFraction / 2) * 2);
    }

    @Override
    public String name() {
      return scaling instanceof Unscaled ? "rope" : "rope " + scaling.name();
    }
  }

  /// The rotation of xPos: queries grow and keys shrink with their position, pair by pair.
  ///
  /// @param base `rope_theta`
  /// @param scaleBase tokens per power, 512 in the authors' code
  record XPos(double base, double scaleBase) implements PositionEncoding {
    @Override
    public String name() {
      return "xpos";
    }
  }
}

package rope4j.rotation;

/// Where in a head the pairs lie, before and after the rotation.
///
/// | model family | layout |
/// |---|---|
/// | most Hugging Face models | `Layout.of(parameters)` with [Pairing#HALF] |
/// | llama-family GGUF, GPT-J, Cohere, GLM | `Layout.of(parameters)` with [Pairing#INTERLEAVED] |
/// | DeepSeek-V3 and relatives in Transformers | interleaved, `.writing(Pairing.HALF)` |
/// | DeepSeek-V4, MLA's `[nope, rope]` | `.trailing()` |
/// | nanochat | half, `.reversed()` |
///
/// @param headDimension channels of a head
/// @param firstChannel first channel of the block that rotates
/// @param rotaryDimension channels of that block, even; the other channels are left alone
/// @param read which two channels of the block are a pair
/// @param write where the pair goes; differs from `read` only where a model permutes the rotated
///   block (queries and keys alike, so that scores do not change, but cached keys do)
/// @param negative whether pairs turn by the negative angle
public record Layout(
    int headDimension,
    int firstChannel,
    int rotaryDimension,
    Pairing read,
    Pairing write,
    boolean negative) {

  public Layout {
    if (rotaryDimension < 2 || rotaryDimension % 2 != 0) {
      throw new IllegalArgumentException(
          "the rotary dimension (rope.dimension_count) must be even and at least 2, but it is "
              + rotaryDimension);
    }
    if (firstChannel < 0 || firstChannel + rotaryDimension > headDimension) {
      throw new IllegalArgumentException(
          "the rotated block of "
              + rotaryDimension
              + " channels from channel "
              + firstChannel
              + " does not fit into a head of "
              + headDimension);
    }
  }

  /// The leading channels of the head, pairs written where they are read.
  public static Layout of(RopeParameters parameters) {
    return new Layout(
        parameters.headDimension(),
        0,
        parameters.rotaryDimension(),
        parameters.pairing(),
        parameters.pairing(),
        false);
  }

  /// The last channels of the head rotate instead of the first.
  public Layout trailing() {
    return startingAt(headDimension - rotaryDimension);
  }

  /// The rotated block begins at this channel (ggml's `n_offs`).
  public Layout startingAt(int channel) {
    return new Layout(headDimension, channel, rotaryDimension, read, write, negative);
  }

  /// Pairs are written in this order.
  public Layout writing(Pairing other) {
    return new Layout(headDimension, firstChannel, rotaryDimension, read, other, negative);
  }

  /// Pairs turn the other way.
  public Layout reversed() {
    return new Layout(headDimension, firstChannel, rotaryDimension, read, write, !negative);
  }

  /// The layout of a key that has been rotated: read where this one writes.
  public Layout cached() {
    return new Layout(headDimension, firstChannel, rotaryDimension, write, write, negative);
  }

  /// Number of pairs.
  public int pairs() {
    return rotaryDimension / 2;
  }
}

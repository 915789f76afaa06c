package rope4j.rotation;

/// Moves the rows of query and key weights between the two pairings, so that the same model can be
/// rotated either way: what llama.cpp's converter does to llama-family models, and its inverse.
///
/// Rows are grouped by head. A key projection has as many groups as there are *key-value* heads. A
/// bias is a weight with one column; the weight of a query or key norm of a head's length is one
/// head of one column.
///
/// Source: llama.cpp `conversion/llama.py`, `permute`; Transformers
/// `convert_llama_weights_to_hf.py`.
public final class WeightRows {

  private WeightRows() {}

  /// For every row of the result the row of the input it comes from.
  ///
  /// @param heads heads of *this* weight: query heads for queries, key-value heads for keys
  /// @param headDimension rows of a head
  /// @param from pairing of the input
  /// @param to pairing of the result
  public static int[] sources(int heads, int headDimension, Pairing from, Pairing to) {
    return sources(heads, headDimension, headDimension, from, to);
  }

  /// As above for a partial rotation: rows past the rotary dimension of each head stay.
  public static int[] sources(
      int heads, int headDimension, int rotaryDimension, Pairing from, Pairing to) {
    if (heads < 1
        || rotaryDimension < 2
        || rotaryDimension % 2 != 0
        || rotaryDimension > headDimension) {
      throw new IllegalArgumentException(
          "weight rows need at least 1 head and an even rotary dimension from 2 to the head dimension "
              + headDimension
              + ", but they are "
              + heads
              + " and "
              + rotaryDimension);
    }
    int[] sources = new int[Math.multiplyExact(heads, headDimension)];
    for (int row = 0; row < sources.length; row++) {
      int inHead = row % headDimension;
      int source = inHead < rotaryDimension ? source(inHead, rotaryDimension, from, to) : inHead;
      sources[row] = row - inHead + source;
    }
    return sources;
  }

  private static int source(int channel, int d, Pairing from, Pairing to) {
    if (from == to) {
      return channel;
    }
    return switch (to) {
      case INTERLEAVED -> channel / 2 + channel % 2 * (d / 2);
      case HALF -> channel < d / 2 ? 2 * channel : 2 * (channel - d / 2) + 1;
    };
  }

  /// A copy of a row-major weight with its rows moved.
  ///
  /// @param weight `heads * headDimension` rows of equal length; rows of length 1 for a bias
  /// @throws IllegalArgumentException when the weight can't be divided into these rows
  public static float[] move(
      float[] weight, int heads, int headDimension, Pairing from, Pairing to) {
    int[] sources = sources(heads, headDimension, from, to);
    if (weight.length == 0 || weight.length % sources.length != 0) {
      throw new IllegalArgumentException(
          "a weight of "
              + weight.length
              + " values does not have "
              + sources.length
              + " rows ("
              + heads
              + " heads x "
              + headDimension
              + ")");
    }
    int columns = weight.length / sources.length;
    float[] moved = new float[weight.length];
    for (int row = 0; row < sources.length; row++) {
      System.arraycopy(weight, sources[row] * columns, moved, row * columns, columns);
    }
    return moved;
  }
}

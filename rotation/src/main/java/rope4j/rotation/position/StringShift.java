package rope4j.rotation.position;

/// STRING: distances from the shift on, which training hardly ever saw, are moved down onto the
/// well-trained ones; a window of the nearest keys keeps its own.
///
/// For distances from `shift` on, rotate queries by `p - shift + window`.
///
/// Source: An et al., arXiv 2410.18745.
///
/// @param shift distance from which on distances move (`S`), about a third of the trained length
/// @param window smallest distance they are moved to (`W`), at least 0 and below the shift
public record StringShift(int shift, int window) implements Remapping {

  public StringShift {
    if (window < 0 || shift <= window) {
      throw new IllegalArgumentException(
          "string needs a window of at least 0 and a shift above it, but they are "
              + window
              + " and "
              + shift);
    }
  }

  /// With the paper's values: a third of the trained length, and 128.
  public static StringShift forTrainedLength(int trainedLength) {
    return new StringShift(trainedLength / 3, 128);
  }

  @Override
  public double distance(int query, int key) {
    Remapping.requireCausal(query, key);
    int distance = query - key;
    return distance >= shift ? distance - shift + window : distance;
  }
}

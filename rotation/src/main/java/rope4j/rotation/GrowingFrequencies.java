package rope4j.rotation;

/// Frequencies that change between the calls of one generation, as Transformers' rotary module
/// keeps them. Stateful, for one thread.
///
/// * Dynamic rules ([DynamicNtk], [DynamicLinear], [DynamicYarn], [DynamicLongRope]) grow: a call
///   that goes beyond the longest length so far recomputes, and a call that fits *strictly* below
///   the original length resets. A shorter call in between keeps the grown frequencies.
/// * [LongRope] switches between its lists in both directions.
/// * Every other rule stands still.
///
/// Keys already cached keep the rotation they were given; [Rerotation] moves them to the new one.
///
/// Source: Transformers `modeling_rope_utils.py`, `dynamic_rope_update`.
public final class GrowingFrequencies {

  private final RopeParameters parameters;
  private final int originalLength;
  private int longest;
  private Frequencies current;

  /// Starts with the frequencies of the original length.
  public GrowingFrequencies(RopeParameters parameters) {
    this.parameters = parameters;
    this.originalLength =
        switch (parameters.scaling()) {
          case DynamicNtk rule -> rule.originalLength();
          case DynamicLinear rule -> rule.originalLength();
          case DynamicYarn rule -> rule.originalLength();
          case DynamicLongRope rule -> rule.originalLength();
          default -> parameters.trainedLength();
        };
    this.longest = originalLength;
    this.current = parameters.frequencies(originalLength);
  }

  /// The frequencies with which a call rotates all its tokens.
  ///
  /// @param length one more than the largest position of the call
  public Frequencies at(int length) {
    Checks.positive("the length of a call", length);
    switch (parameters.scaling()) {
      case DynamicNtk _, DynamicLinear _, DynamicYarn _, DynamicLongRope _ -> grow(length);
      case LongRope _ -> current = parameters.frequencies(length);
      default -> {}
    }
    return current;
  }

  private void grow(int length) {
    if (length > longest) {
      longest = length;
      current = parameters.frequencies(length);
    } else if (length < originalLength && longest > originalLength) {
      longest = originalLength;
      current = parameters.frequencies(originalLength);
    }
  }

  /// The length of the longest call since the last reset, at least the original length.
  public int longestLength() {
    return longest;
  }
}

package rope4j.tuning.space;

/// A family of rotations as a cube: every point of `[0, 1]^n` is one that keeps the family's
/// constraints, so that no optimiser can leave it.
public sealed interface SearchSpace permits BaseSpace, YarnSpace, LongRope2Space, LongRopeSpace {

  /// Its name on the command line.
  String name();

  /// Numbers that make a point.
  int dimensions();

  /// How many of the first numbers are factors of pairs, in the order of pairs, which must not
  /// fall; 0 where the space is smooth.
  int factors();

  /// Whether a number chooses one of several things, so that a small step means nothing.
  ///
  /// @param index of the number
  default boolean chooses(int index) {
    return false;
  }

  /// The rotation at a point.
  ///
  /// @param point as many numbers as [#dimensions]; those outside 0 to 1 are moved to the border
  Candidate candidate(double[] point);

  /// The point whose rotation is that of the candidate, or the nearest the family has.
  double[] nearest(Candidate candidate);

  /// All families, small ones first.
  ///
  /// @param startTokens whether LongRoPE's has start tokens, which no engine can run
  static java.util.List<SearchSpace> all(Target target, boolean startTokens) {
    return java.util.List.of(
        new BaseSpace(target),
        new YarnSpace(target),
        new LongRope2Space(target),
        new LongRopeSpace(target, startTokens));
  }
}

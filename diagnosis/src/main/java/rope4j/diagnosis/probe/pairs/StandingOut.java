package rope4j.diagnosis.probe.pairs;

import java.util.List;

/// Pairs of heads with values far above the rest of their head, and those of them that act as an
/// offset.
///
/// @param massive how many there are
/// @param offsets how many of them act as an offset
/// @param oneSign how many offsets keep their sign at every distance
/// @param massiveShown the first 12 of those that stand out, longest first
/// @param offsetsShown the first 12 of the offsets, longest first
public record StandingOut(
    int massive,
    int offsets,
    int oneSign,
    List<PairFeature> massiveShown,
    List<PairFeature> offsetsShown) {

  private static final int MOST = 12;

  public StandingOut {
    massiveShown = List.copyOf(massiveShown);
    offsetsShown = List.copyOf(offsetsShown);
  }

  /// @param features all that stand out, longest first
  static StandingOut of(List<PairFeature> features) {
    List<PairFeature> offsets =
        features.stream().filter(feature -> feature.offset() != PairFeature.Offset.NONE).toList();
    return new StandingOut(
        features.size(),
        offsets.size(),
        (int)
            offsets.stream()
                .filter(feature -> feature.offset() != PairFeature.Offset.CHANGING)
                .count(),
        features.stream().limit(MOST).toList(),
        offsets.stream().limit(MOST).toList());
  }
}

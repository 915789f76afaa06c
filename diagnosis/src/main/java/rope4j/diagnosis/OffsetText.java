package rope4j.diagnosis;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import rope4j.diagnosis.probe.pairs.PairFeature;
import rope4j.diagnosis.probe.pairs.StandingOut;

/// Pairs that stand out, in a few sentences; the same in the terminal and on the page.
final class OffsetText {

  private static final int MOST = 4;

  private OffsetText() {}

  static String of(StandingOut pairs) {
    String massive =
        pairs.massive()
            + " pairs of heads hold values far above the rest of their head"
            + named(pairs.massive(), pairs.massiveShown())
            + ".";
    if (pairs.massive() == 0) {
      return massive;
    }
    return massive
        + " "
        + pairs.offsets()
        + " of them point the same way whatever the token and act as an offset (our reconstruction"
        + " of arXiv 2503.01832)"
        + named(pairs.offsets(), pairs.offsetsShown())
        + (pairs.offsets() == 0
            ? "."
            : "; " + pairs.oneSign() + " of these keep their sign at every distance.");
  }

  /// The first few by layer, head and pair.
  private static String named(int all, List<PairFeature> shown) {
    return all == 0
        ? ""
        : shown.stream()
            .limit(MOST)
            .map(OffsetText::name)
            .collect(
                Collectors.joining(
                    ", ", ": ", all > MOST ? ", … (layer.head.pair)" : " (layer.head.pair)"));
  }

  private static String name(PairFeature pair) {
    String sign =
        switch (pair.offset()) {
          case NONE -> "";
          case CHANGING -> " ±";
          case POSITIVE -> " +";
          case NEGATIVE -> " −";
        };
    return String.format(
        Locale.ROOT,
        "%d.%d.%d ×%.0f%s",
        pair.layer(),
        pair.head(),
        pair.pair(),
        pair.timesMedian(),
        sign);
  }
}

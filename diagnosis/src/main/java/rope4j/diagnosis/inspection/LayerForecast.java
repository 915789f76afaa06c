package rope4j.diagnosis.inspection;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import rope4j.checkpoint.config.LayerRope;
import rope4j.diagnosis.prediction.Forecast;
import rope4j.diagnosis.prediction.Outlook;
import rope4j.diagnosis.prediction.PairForecast;

/// What awaits the layers of one type at the requested length.
///
/// @param rope how the engine rotates them
/// @param reach the largest distance between two tokens that attend to each other: the requested
///   length, or the sliding window
/// @param first measured against the training before any scaling
/// @param further measured against the training with the model's own scaling; empty when there was
///   none
/// @param outlook the ordinary strategies side by side; empty where one of them would undo a
///   scaling that was trained, or nothing is asked of the layers that they did not see
/// @param undone whether the weights were trained with a scaling and this is another rotation
public record LayerForecast(
    LayerRope rope,
    int reach,
    Forecast first,
    Optional<Forecast> further,
    Optional<Outlook> outlook,
    boolean undone) {

  /// `full_attention` and so on; empty when all rotating layers are alike.
  public Optional<String> layerType() {
    return rope.layerType();
  }

  /// Every pair. An angle is unseen when neither training has shown it.
  public List<PairForecast> pairs() {
    List<PairForecast> pairs = first.pairs();
    if (further.isEmpty()) {
      return pairs;
    }
    List<PairForecast> later = further.get().pairs();
    List<PairForecast> both = new ArrayList<>();
    for (int i = 0; i < pairs.size(); i++) {
      PairForecast pair = pairs.get(i);
      both.add(
          new PairForecast(
              pair.index(),
              pair.inverseFrequency(),
              pair.scaledInverseFrequency(),
              pair.wavelength(),
              pair.trainedTurns(),
              Math.min(pair.unseenRadians(), later.get(i).unseenRadians()),
              pair.shiftRadians(),
              pair.overrun()));
    }
    return List.copyOf(both);
  }

  /// Pairs that reach angles they never saw.
  public int unseenPairs() {
    return (int) pairs().stream().filter(PairForecast::seesUnseenAngles).count();
  }

  /// The largest overrun among pairs that reach unseen angles; 1 when none does.
  public double largestOverrun() {
    return further.map(Forecast::largestOverrun).orElseGet(first::largestOverrun);
  }
}

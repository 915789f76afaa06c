package rope4j.diagnosis;

import java.util.List;
import rope4j.rotation.RopeParameters;

/// Everything measured of one strategy.
///
/// @param rotation what its flags resolve to for this model
/// @param buckets the whole context, in order
/// @param added the positions past the trained length, together
/// @param curve mean NLL in equal steps over the context, for drawing
public record StrategyResult(
    Strategy strategy,
    RopeParameters rotation,
    Verdict verdict,
    List<Bucket> buckets,
    Bucket added,
    ShortDamage shortDamage,
    List<Double> curve) {

  public StrategyResult {
    buckets = List.copyOf(buckets);
    curve = List.copyOf(curve);
  }
}

package rope4j.tuning.result;

import rope4j.diagnosis.Interval;
import rope4j.tuning.space.Candidate;

/// A rotation with what text that the search never saw says about it.
///
/// @param candidate the rotation
/// @param stage the space it was found in, or `closed forms`
/// @param closedForm whether it needs no search
/// @param loss past the trained length, nats, with its 95 % interval
/// @param damage mean divergence on short text from the original rotation, nats
/// @param gain loss of the best closed form minus its own, paired, nats; its interval holds for all
///   rotations found together with 95 %
public record Point(
    Candidate candidate,
    String stage,
    boolean closedForm,
    Interval loss,
    double damage,
    Interval gain) {

  /// Whether it is better than the best closed form by more than chance.
  public boolean beats() {
    return !closedForm && gain.estimated() && gain.low() > 0;
  }

  /// Whether another point is at least as good in both respects and better in one.
  boolean isDominatedBy(Point other) {
    return other.loss.mean() <= loss.mean()
        && other.damage <= damage
        && (other.loss.mean() < loss.mean() || other.damage < damage);
  }
}

package rope4j.diagnosis.probe.pairs;

import java.util.Optional;

/// What hangs on one pair of channels in this model.
///
/// @param index the pair, 0 is the fastest
/// @param trainedTurns turns within the trained length
/// @param normShare largest share of a head's length of queries times length of keys that lies in
///   the pair, over all heads
/// @param unseenRadians arc that the unscaled pair reaches at [PairResult#reach] and did not in
///   training
/// @param shiftRadians how far the strategy moves the pair's angle at [PairResult#reach], at most 2
///   pi
/// @param overrun arc over the arc of training, unscaled; for comparison only
/// @param risk `shiftRadians * normShare`: what it costs to leave the pair as it was trained
/// @param lossOfReverting nats per token past the trained length that it costs to give only this
///   pair its trained frequency back; empty when it was not measured
/// @param margin half of its 95 % interval over windows; empty for a single one
public record PairRisk(
    int index,
    double trainedTurns,
    double normShare,
    double unseenRadians,
    double shiftRadians,
    double overrun,
    double risk,
    Optional<Double> lossOfReverting,
    Optional<Double> margin) {}

package rope4j.tuning.search;

import rope4j.tuning.space.Candidate;

/// A candidate as it was measured on one rung.
///
/// @param evaluation evaluations spent up to and with it
/// @param stage the space it came from, or `closed forms`
/// @param rung index of the rung
/// @param loss mean NLL past the trained length on the rung's windows, nats
/// @param damage mean divergence on short text on them, nats
public record Trial(
    int evaluation, String stage, Candidate candidate, int rung, double loss, double damage) {}

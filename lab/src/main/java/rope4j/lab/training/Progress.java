package rope4j.lab.training;

import java.time.Duration;

/// How far a run is.
///
/// @param step steps done
/// @param steps steps in all
/// @param loss mean over the batch's targets, nats
/// @param tokensPerSecond read since this process began to train
/// @param left time the rest will take at this speed
public record Progress(int step, int steps, double loss, double tokensPerSecond, Duration left) {}

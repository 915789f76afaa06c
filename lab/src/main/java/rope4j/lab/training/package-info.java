/// Trains models: batches, schedule, optimiser, checkpoints.
@NullMarked
package rope4j.lab.training;

import org.jspecify.annotations.NullMarked;

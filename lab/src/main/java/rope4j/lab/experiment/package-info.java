/// Experiments: what a file asks for, and running it.
@NullMarked
package rope4j.lab.experiment;

import org.jspecify.annotations.NullMarked;

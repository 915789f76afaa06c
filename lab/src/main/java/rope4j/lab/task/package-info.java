/// Tasks made from seeds, whose answers are known.
@NullMarked
package rope4j.lab.task;

import org.jspecify.annotations.NullMarked;

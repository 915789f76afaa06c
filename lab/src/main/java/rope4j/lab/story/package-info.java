/// A language whose documents refer back over known distances, and whose entropy is known.
@NullMarked
package rope4j.lab.story;

import org.jspecify.annotations.NullMarked;

/// The model that ships.
@NullMarked
package rope4j.lab.demo;

import org.jspecify.annotations.NullMarked;

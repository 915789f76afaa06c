/// Random numbers that are the same on every machine and Java.
@NullMarked
package rope4j.lab.random;

import org.jspecify.annotations.NullMarked;

/// Tensors in files.
@NullMarked
package rope4j.lab.weights;

import org.jspecify.annotations.NullMarked;

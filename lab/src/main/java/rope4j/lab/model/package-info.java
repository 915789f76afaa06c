/// Small decoder-only transformers on LibTorch, whose positions all come from the rotation module.
@NullMarked
package rope4j.lab.model;

import org.jspecify.annotations.NullMarked;

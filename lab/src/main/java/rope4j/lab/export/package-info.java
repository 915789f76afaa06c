/// Writes trained models as GGUF files and Hugging Face folders.
@NullMarked
package rope4j.lab.export;

import org.jspecify.annotations.NullMarked;

/// The command `rope lab`. It has a virtual machine of its own, because LibTorch lives on the class
/// path.
@NullMarked
package rope4j.lab.cli;

import org.jspecify.annotations.NullMarked;

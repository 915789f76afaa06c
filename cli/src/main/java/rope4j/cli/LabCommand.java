package rope4j.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/// Stands in the list of commands for `rope lab`, which the launcher starts in a virtual machine of
/// its own: LibTorch lives on the class path, and is fetched only when it is asked for.
@Command(
    name = "lab",
    description = "Trains small models on short texts and tests them on long ones.")
final class LabCommand implements Callable<Integer> {

  @Unmatched private List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() {
    throw new InputException(
        "the lab is not part of this program; start it from the sources: "
            + String.join(" ", "./rope lab", String.join(" ", arguments)).strip());
  }
}

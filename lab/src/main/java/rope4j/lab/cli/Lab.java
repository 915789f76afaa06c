package rope4j.lab.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import rope4j.checkpoint.CheckpointException;

/// The command `rope lab`.
@Command(
    name = "rope lab",
    version = Lab.VERSION_LINE,
    mixinStandardHelpOptions = true,
    description = "Trains small models on short texts and tests them on long ones.",
    subcommands = {
      RunCommand.class,
      ListCommand.class,
      TableCommand.class,
      ExportCommand.class,
      CostCommand.class,
      DemoCommand.class
    },
    footer = {"", "Exit codes: 0 done, 2 the input or the flags are wrong."})
public final class Lab implements Runnable {

  /// Written to each result.
  static final String VERSION = "0.1.0";

  static final String VERSION_LINE = "rope4j " + VERSION;

  /// Done.
  static final int DONE = 0;

  /// The input or the flags are wrong.
  static final int BAD_INPUT = 2;

  @Spec private CommandSpec spec;

  private Lab() {}

  /// Runs the command and ends the virtual machine with its exit code.
  ///
  /// @param arguments what follows `rope lab`
  public static void main(String[] arguments) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(out, err, arguments));
  }

  /// Runs the command.
  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    try {
      return new CommandLine(new Lab())
          .setOut(out)
          .setErr(err)
          .setExpandAtFiles(false)
          .setParameterExceptionHandler(Lab::wrongFlags)
          .setExecutionExceptionHandler((e, line, _) -> failed(e, line))
          .execute(arguments);
    } finally {
      out.flush();
      err.flush();
    }
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "a command is missing; try rope lab list or rope lab run induction");
  }

  private static int wrongFlags(ParameterException e, String[] arguments) {
    CommandLine line = e.getCommandLine();
    line.getErr()
        .println(
            "rope: "
                + sentence(e.getMessage())
                + " (see "
                + line.getCommandSpec().qualifiedName()
                + " --help)");
    return BAD_INPUT;
  }

  /// What a user can mend is one sentence; anything else is our mistake and shows its trace.
  private static int failed(Exception e, CommandLine line) {
    if (e instanceof CheckpointException || e instanceof IllegalArgumentException) {
      line.getErr().println("rope: " + sentence(e.getMessage()));
    } else {
      line.getErr()
          .println("rope: this is a mistake in rope4j, please report it with what follows");
      e.printStackTrace(line.getErr());
    }
    return BAD_INPUT;
  }

  private static String sentence(@Nullable String message) {
    return message == null ? "unknown cause" : message.strip().replaceAll("\\s*\\R\\s*", " ");
  }
}

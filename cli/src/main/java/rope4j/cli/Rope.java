package rope4j.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import rope4j.checkpoint.CheckpointException;
import rope4j.diagnosis.Verdict.Level;
import rope4j.tuning.fitness.Objective;

/// The command `rope`.
@Command(
    name = "rope",
    version = "rope4j 0.1.0",
    mixinStandardHelpOptions = true,
    description =
        "Shows where a language model breaks past its trained length, and how to run it so that it holds.",
    subcommands = {
      DoctorCommand.class,
      TuneCommand.class,
      InspectCommand.class,
      RunCommand.class,
      PerplexityCommand.class,
      FrequenciesCommand.class,
      PatchCommand.class,
      LabCommand.class
    },
    footer = {
      "",
      "Exit codes: 0 fit for use, 1 the verdict is bad, 2 the input or the flags are wrong.",
    })
public final class Rope implements Runnable {

  /// It holds.
  static final int HOLDS = 0;

  /// The verdict is bad.
  static final int BAD_VERDICT = 1;

  /// The input or the flags are wrong.
  static final int BAD_INPUT = 2;

  @Spec private CommandSpec spec;

  private Rope() {}

  /// Runs the command and ends the virtual machine with its exit code.
  public static void main(String[] arguments) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(out, err, arguments));
  }

  /// Runs the command.
  static int run(PrintWriter output, PrintWriter error, String... arguments) {
    PrintWriter out = PlainWriter.output(output, Terminal.outputHasColors());
    PrintWriter err = PlainWriter.error(error, Terminal.errorIsTerminal());
    try {
      return execute(out, err, arguments);
    } catch (OutOfMemoryError _) {
      err.println(
          "rope: the memory does not suffice; give a shorter text or a smaller context, or more memory"
              + " (ROPE_JAVA_OPTS=-Xmx…)");
      return BAD_INPUT;
    } finally {
      out.flush();
      err.flush();
    }
  }

  private static int execute(PrintWriter out, PrintWriter err, String... arguments) {
    return new CommandLine(new Rope())
        .setOut(out)
        .setErr(err)
        .registerConverter(Documents.class, new Choice<>(List.of(Documents.values())))
        // The worst verdict would accept anything.
        .registerConverter(Level.class, new Choice<>(List.of(Level.HOLDS, Level.DEGRADES)))
        .registerConverter(Objective.class, new Choice<>(List.of(Objective.values())))
        // An @ belongs to --launch, which reads files as they are.
        .setExpandAtFiles(false)
        .setParameterExceptionHandler(Rope::wrongFlags)
        .setExecutionExceptionHandler((e, line, _) -> failed(e, line))
        .execute(arguments);
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "a command is missing; try rope doctor --help");
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
    if (e instanceof CheckpointException
        || e instanceof IllegalArgumentException
        || e instanceof InputException) {
      line.getErr().println("rope: " + sentence(e.getMessage()));
    } else {
      line.getErr()
          .println("rope: this is a mistake in rope4j, please report it with what follows");
      e.printStackTrace(line.getErr());
    }
    return BAD_INPUT;
  }

  private static String sentence(@Nullable String message) {
    return message == null
        ? "unknown cause"
        : message.strip().replaceFirst("^Error: ", "").replaceAll("\\s*\\R\\s*", " ");
  }
}

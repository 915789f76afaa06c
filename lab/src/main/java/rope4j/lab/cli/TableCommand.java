package rope4j.lab.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import rope4j.checkpoint.CheckpointException;
import rope4j.lab.result.Result;
import rope4j.lab.result.ResultFile;
import rope4j.lab.result.Summary;
import rope4j.lab.result.Table;

/// Prints results as Markdown.
@Command(
    name = "table",
    mixinStandardHelpOptions = true,
    description =
        "Prints stored results as tables for a Markdown page, mean and spread over seeds.")
final class TableCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "Results of an experiment: a results.jsonl.")
  private List<Path> files = new ArrayList<>();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    for (Path file : files) {
      List<Result> results = ResultFile.read(file);
      if (results.isEmpty()) {
        throw new CheckpointException(file + ": there are no results");
      }
      Table table = Table.of(Summary.of(results));
      out.println(table.markdown());
      out.println(table.caption());
      out.println();
    }
    return Lab.DONE;
  }
}

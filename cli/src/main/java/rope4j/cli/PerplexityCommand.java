package rope4j.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import rope4j.checkpoint.RopeOverrides;
import rope4j.inference.LogitsObserver;
import rope4j.inference.Model;
import rope4j.inference.ModelRotation;
import rope4j.rotation.RopeParameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// NLL by position of one text under given rotation flags.
@Command(
    name = "perplexity",
    mixinStandardHelpOptions = true,
    description = "NLL by position of one text, in one prefill, under llama.cpp's rotation flags.")
final class PerplexityCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private ModelInput input;
  @Mixin private AttentionFlags attention;
  @Mixin private TextInput text;
  @Mixin private RopeFlags rope;

  @Option(
      names = {"-c", "--ctx-size", "--context"},
      paramLabel = "N",
      description = "Tokens of the context; without it as many as the text has.")
  private Optional<Integer> contextLength = Optional.empty();

  @Option(
      names = "--logits-at",
      paramLabel = "P",
      split = ",",
      description = "Also give the logits that follow these positions, for example 0,17.")
  private List<Integer> logitsAt = List.of();

  @Option(names = "--json", description = "One JSON object on standard output and nothing else.")
  private boolean json;

  @Override
  public Integer call() {
    RopeOverrides overrides = rope.overrides();
    text.check();
    attention.check();
    PrintWriter out = spec.commandLine().getOut();
    try (Model whole = input.load(spec.commandLine().getErr())) {
      RopeFlags.requireRotation(whole, overrides);
      Model model = attention.cut(whole);
      int[] tokens = text.read(model).whole();
      int context = contextLength.filter(n -> n != 0).orElse(tokens.length);
      check(tokens.length, context);
      ModelRotation rotation = model.rotation(overrides, context);
      KeptLogits kept = new KeptLogits(new TreeSet<>(logitsAt));
      double[] nll;
      try (ProgressBar bar =
          new ProgressBar(spec.commandLine().getErr(), Terminal.errorIsTerminal())) {
        long[] done = {0};
        nll =
            model
                .scorer()
                .score(
                    tokens,
                    0,
                    rotation,
                    kept,
                    n -> bar.report("perplexity", done[0] += n, tokens.length));
      }
      double mean = Arrays.stream(nll).average().orElseThrow();
      if (json) {
        out.println(Json.write(toJson(tokens.length, context, rotation, nll, mean, kept)));
      } else {
        print(out, nll, mean);
      }
    }
    return Rope.HOLDS;
  }

  private void check(int tokens, int context) {
    if (tokens < 2) {
      throw new InputException(
          text.name() + " has " + tokens + " tokens; at least 2 are needed to predict one");
    }
    if (context < 1) {
      throw new InputException("--ctx-size must be at least 1, but it is " + context);
    }
    if (context < tokens) {
      throw new InputException(
          text.name()
              + " has "
              + tokens
              + " tokens, which do not fit into --ctx-size "
              + context
              + "; give a larger one or a shorter text");
    }
    for (int position : logitsAt) {
      if (position < 0 || position >= tokens) {
        throw new InputException(
            "--logits-at "
                + position
                + " is not a position of the text; positions are 0 to "
                + (tokens - 1));
      }
    }
  }

  private ObjectNode toJson(
      int tokens, int context, ModelRotation rotation, double[] nll, double mean, KeptLogits kept) {
    ObjectNode root = Json.object();
    root.put("model", input.name());
    root.put("tokens", tokens);
    root.put("contextLength", context);
    // Of the last layer that rotates: full attention, where the layers differ.
    for (int layer = rotation.layers() - 1; layer >= 0; layer--) {
      if (rotation.layer(layer).isPresent()) {
        RopeParameters parameters = rotation.layer(layer).get().parameters();
        root.set("scaling", Json.scaling(parameters.scaling(), parameters, context));
        break;
      }
    }
    ArrayNode values = root.putArray("nll");
    for (double value : nll) {
      values.add(value);
    }
    root.put("meanNll", mean);
    root.put("perplexity", Math.exp(mean));
    if (!logitsAt.isEmpty()) {
      ObjectNode logits = root.putObject("logits");
      for (KeptLogits.Row row : kept.rows) {
        ArrayNode entries = logits.putArray(String.valueOf(row.position));
        for (float logit : row.logits) {
          entries.add(logit);
        }
      }
    }
    return root;
  }

  private static void print(PrintWriter out, double[] nll, double mean) {
    out.println("position         tokens     NLL  perplexity");
    int from = 0;
    for (int to = 64; from < nll.length; to *= 2) {
      int end = Math.min(to, nll.length);
      double bucket = Arrays.stream(nll, from, end).average().orElseThrow();
      row(out, from + "–" + end, end - from, bucket);
      from = end;
    }
    row(out, "all", nll.length, mean);
  }

  private static void row(PrintWriter out, String label, int tokens, double nll) {
    out.printf(Locale.ROOT, "%-14s %8d %7.3f %11.3f%n", label, tokens, nll, Math.exp(nll));
  }

  private static final class KeptLogits implements LogitsObserver {

    private record Row(int position, float[] logits) {}

    private final Set<Integer> positions;
    private final List<Row> rows = new ArrayList<>();

    KeptLogits(Set<Integer> positions) {
      this.positions = positions;
    }

    @Override
    public boolean wants(int position) {
      return positions.contains(position);
    }

    @Override
    public void accept(int position, float[] logits) {
      rows.add(new Row(position, logits.clone()));
    }
  }
}

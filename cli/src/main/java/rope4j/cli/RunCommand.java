package rope4j.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.model.Checkpoint;
import rope4j.checkpoint.model.GgufCheckpoint;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.inspection.Inspection;
import rope4j.diagnosis.inspection.Inspector;
import rope4j.diagnosis.inspection.Outcome;
import rope4j.diagnosis.recipe.LlamaCppFlags;
import rope4j.inference.Model;
import rope4j.inference.Sampler;
import rope4j.inference.Sampling;
import rope4j.inference.Session;
import rope4j.inference.SessionOptions;
import rope4j.inference.tokenizer.TextDecoder;
import rope4j.inference.tokenizer.Tokenizer;

/// Continues a prompt.
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description =
        "Continues a prompt, token by token. Past the length a model was made for it says which"
            + " scaling it applies, or refuses and names the flags that mend it.")
final class RunCommand implements Callable<Integer> {

  private static final int ORDINARY_LENGTH = 128;

  @Spec private CommandSpec spec;
  @Mixin private ModelInput input;
  @Mixin private RopeFlags rope;
  @Mixin private SamplingFlags sampling;

  @Option(
      names = {"-p", "--prompt"},
      paramLabel = "TEXT",
      required = true,
      description = "The text to continue.")
  private String prompt = "";

  @Option(
      names = {"-n", "--predict", "--n-predict"},
      paramLabel = "N",
      description = "Tokens to generate at most. Default ${DEFAULT-VALUE}.")
  private int predict = ORDINARY_LENGTH;

  @Option(
      names = {"-c", "--ctx-size", "--context"},
      paramLabel = "N",
      description = "Tokens of the context; without it as many as prompt and answer need.")
  private Optional<Integer> contextLength = Optional.empty();

  @Option(names = "--ignore-eos", description = "Go on when the model says that it has finished.")
  private boolean ignoreEnd;

  @Option(
      names = "--allow-degraded",
      description = "Run past the length the model was made for although nothing scales it.")
  private boolean allowDegraded;

  @Mixin private CacheFlags cache;

  @Override
  public Integer call() {
    RopeOverrides flags = rope.overrides();
    SessionOptions options = cache.options();
    Sampling choice = sampling.sampling();
    if (predict < 1) {
      throw new InputException("--predict must be at least 1, but it is " + predict);
    }
    PrintWriter err = spec.commandLine().getErr();
    try (Model model = input.load(err)) {
      Tokenizer tokenizer = model.tokenizer();
      int[] tokens = tokens(tokenizer);
      int context = context(tokens.length);
      say(model, flags, context, err);
      Session session = model.session(model.rotation(flags, context), context, options);
      generate(session, model, tokenizer, tokens, choice);
    }
    return Rope.HOLDS;
  }

  private int[] tokens(Tokenizer tokenizer) {
    int[] ids = tokenizer.encode(prompt);
    OptionalInt bos = tokenizer.addsBos() ? tokenizer.bos() : OptionalInt.empty();
    int[] tokens =
        bos.isPresent()
            ? IntStream.concat(IntStream.of(bos.getAsInt()), Arrays.stream(ids)).toArray()
            : ids;
    if (tokens.length == 0) {
      throw new InputException("the prompt is empty; give some text with -p");
    }
    return tokens;
  }

  private int context(int promptTokens) {
    int context = contextLength.filter(n -> n != 0).orElse(Math.addExact(promptTokens, predict));
    if (context < 1) {
      throw new InputException("--ctx-size must be at least 1, but it is " + context);
    }
    if (context <= promptTokens) {
      throw new InputException(
          "the prompt has "
              + promptTokens
              + " tokens, which leaves no room in --ctx-size "
              + context
              + "; give a larger one or a shorter prompt");
    }
    return context;
  }

  /// What the rotation is, and whether the model can be expected to hold.
  private void say(Model model, RopeOverrides flags, int context, PrintWriter err) {
    if (!flags.equals(RopeOverrides.NONE)) {
      err.println(
          "rope: rotating with "
              + String.join(" ", LlamaCppFlags.words(flags))
              + " for "
              + context
              + " tokens");
      return;
    }
    Checkpoint checkpoint = model.checkpoint();
    Inspection inspection =
        Inspector.inspect(
            checkpoint,
            Optional.of(
                checkpoint instanceof GgufCheckpoint ? Engine.LLAMA_CPP : Engine.TRANSFORMERS),
            Optional.empty(),
            OptionalInt.of(context));
    Outcome verdict = inspection.verdict();
    switch (verdict.level()) {
      case TRAINED, UNKNOWN -> {}
      case EXTENDED -> err.println("rope: " + verdict.text());
      case BEYOND -> beyond(inspection, context, err);
    }
  }

  private void beyond(Inspection inspection, int context, PrintWriter err) {
    List<String> remedy =
        inspection.advised().flatMap(LlamaCppFlags::of).map(LlamaCppFlags::words).orElse(List.of());
    String reached =
        context
            + " tokens are beyond the "
            + inspection.lengths().advertised()
            + " this model was made for, and nothing scales its rotation";
    if (!allowDegraded) {
      throw new InputException(
          reached
              + "; "
              + (remedy.isEmpty() ? "" : "add " + String.join(" ", remedy) + ", ")
              + "ask for fewer with -c or -n, or go on with --allow-degraded");
    }
    err.println("rope: " + reached + "; expect the text to fall apart");
  }

  private void generate(
      Session session, Model model, Tokenizer tokenizer, int[] tokens, Sampling choice) {
    Sampler sampler = new Sampler(choice, model.vocabularySize());
    for (int token : tokens) {
      sampler.accept(token);
    }
    PrintWriter out = spec.commandLine().getOut();
    try (Stop stop = Stop.onInterrupt()) {
      write(session, sampler, tokenizer, tokens, choice.seed(), stop, out);
    }
  }

  private void write(
      Session session,
      Sampler sampler,
      Tokenizer tokenizer,
      int[] tokens,
      long seed,
      Stop stop,
      PrintWriter out) {
    TextDecoder decoder = new TextDecoder(tokenizer);
    long begin = System.nanoTime();
    float[] logits = session.feed(tokens);
    long prefilled = System.nanoTime();
    int generated = 0;
    while (generated < predict && !stop.isAsked()) {
      int token = sampler.next(logits);
      if (tokenizer.endsGeneration(token) && !ignoreEnd) {
        break;
      }
      sampler.accept(token);
      generated++;
      out.print(decoder.add(token));
      out.flush();
      if (session.length() == session.capacity()) {
        break;
      }
      logits = session.feed(token);
    }
    out.println(decoder.end());
    out.flush();
    spec.commandLine()
        .getErr()
        .printf(
            Locale.ROOT,
            "rope: prompt %d tokens, %.1f tokens/s; answer %d tokens, %.1f tokens/s; seed %d%n",
            tokens.length,
            rate(tokens.length, prefilled - begin),
            generated,
            rate(generated, System.nanoTime() - prefilled),
            seed);
  }

  private static double rate(int tokens, long nanoseconds) {
    return tokens * 1e9 / Math.max(1, nanoseconds);
  }
}

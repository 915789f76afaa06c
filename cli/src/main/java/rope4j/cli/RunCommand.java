package rope4j.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import rope4j.chat.ChatTemplate;
import rope4j.checkpoint.RopeOverrides;
import rope4j.inference.Model;
import rope4j.inference.Sampler;
import rope4j.inference.Sampling;
import rope4j.inference.Session;
import rope4j.inference.SessionOptions;
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

  /// Tokens of a conversation, where the model has room for them.
  private static final int CHAT_CONTEXT = 4096;

  @Spec private CommandSpec spec;
  @Mixin private ModelInput input;
  @Mixin private AttentionFlags attention;
  @Mixin private RopeFlags rope;
  @Mixin private SamplingFlags sampling;
  @Mixin private ChatFlags chatting;

  @Option(
      names = {"-p", "--prompt"},
      paramLabel = "TEXT",
      description = "The text to continue; with --chat what the model is asked.")
  private Optional<String> prompt = Optional.empty();

  @Option(
      names = {"-n", "--predict", "--n-predict"},
      paramLabel = "N",
      description =
          "Tokens to generate at most; -1 or -2 until the text ends or the context is full. Default"
              + " ${DEFAULT-VALUE}.")
  private int predict = ORDINARY_LENGTH;

  @Option(
      names = {"-c", "--ctx-size", "--context"},
      paramLabel = "N",
      description =
          "Tokens of the context; 0 is the length the model was made for. Without it as many as prompt"
              + " and answer need, and with -n -1 that length.")
  private Optional<Integer> contextLength = Optional.empty();

  @Option(names = "--ignore-eos", description = "Go on when the model says that it has finished.")
  private boolean ignoreEnd;

  @Option(
      names = "--allow-degraded",
      description = "Run past the length the model was made for although nothing scales it.")
  private boolean allowDegraded;

  @Mixin private SessionFlags session;

  @Option(
      names = "--coherence",
      description =
          "Say afterwards how much the text repeats itself and how sure the model was; past the"
              + " trained length it always does.")
  private boolean coherence;

  @Override
  public Integer call() {
    RopeOverrides flags = rope.overrides();
    SessionOptions options = session.options();
    Sampling choice = sampling.sampling();
    attention.check();
    if (predict < -2 || predict == 0) {
      throw new InputException(
          "--predict must be at least 1, or -1 for no limit, but it is " + predict);
    }
    PrintWriter err = spec.commandLine().getErr();
    boolean chat = chatting.isAsked();
    if (!chat && prompt.isEmpty()) {
      throw new InputException("the text to continue is missing; give it with --prompt (-p)");
    }
    if (chat
        && ModuleLayer.boot().findModule("rope4j.cli").isPresent()
        && ModuleLayer.boot().findModule("rope4j.chat").isEmpty()) {
      throw new InputException(
          "--chat needs the module rope4j.chat and its libraries; start with --add-modules rope4j.chat, as ./rope does");
    }
    try (Model whole = input.load(err)) {
      RopeFlags.requireRotation(whole, flags);
      Model model = attention.cut(whole);
      Tokenizer tokenizer = model.tokenizer();
      if (chat) {
        talk(model, tokenizer, flags, options, choice, err);
      } else {
        int[] tokens = tokens(tokenizer);
        int context = context(tokens.length, model.description().contextLength());
        // What is refused for want of memory is refused before anything is said.
        Answer answer = answer(model, tokenizer, flags, context, options, choice);
        new LengthCheck(model, flags, allowDegraded).say(context, err);
        generate(model, answer, tokens, choice);
      }
    }
    return Rope.HOLDS;
  }

  private void talk(
      Model model,
      Tokenizer tokenizer,
      RopeOverrides flags,
      SessionOptions options,
      Sampling choice,
      PrintWriter err) {
    ChatTemplate template = Chat.template(model, chatting);
    int advertised = model.description().contextLength();
    int context =
        contextLength.map(n -> n == 0 ? advertised : n).orElse(Math.min(advertised, CHAT_CONTEXT));
    if (context < 1) {
      throw new InputException("--ctx-size must be at least 1, but it is " + context);
    }
    Answer answer = answer(model, tokenizer, flags, context, options, choice);
    new LengthCheck(model, flags, allowDegraded).say(context, err);
    PrintWriter out = spec.commandLine().getOut();
    Chat chat = new Chat(template, answer, chatting.system(), out);
    try (Stop stop = Stop.onInterrupt()) {
      if (prompt.isPresent()) {
        report(chat.ask(prompt.get(), stop), context, choice.seed());
      } else {
        chat.converse(
            stop,
            () -> {
              if (Terminal.errorIsTerminal()) {
                err.print("> ");
                err.flush();
              }
            },
            said -> {
              said.cut(context).ifPresent(cut -> err.println("rope: " + cut));
              err.println("rope: " + said.speeds());
            });
      }
    }
    answer.watch().line(model, new int[0]).ifPresent(line -> err.println("rope: " + line));
  }

  private int[] tokens(Tokenizer tokenizer) {
    int[] ids = tokenizer.encode(prompt.orElse(""));
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

  /// @param advertised tokens the model was made for
  private int context(int promptTokens, int advertised) {
    int needed =
        predict < 0 ? advertised : (int) Math.min(Integer.MAX_VALUE, (long) promptTokens + predict);
    int context = contextLength.map(n -> n == 0 ? advertised : n).orElse(needed);
    if (context < 1) {
      throw new InputException("--ctx-size must be at least 1, but it is " + context);
    }
    if (context <= promptTokens) {
      throw new InputException(
          "the prompt has "
              + promptTokens
              + " tokens, which leaves no room in "
              + (contextLength.isPresent() ? "--ctx-size " : "the model's context of ")
              + context
              + "; give a larger one (-c) or a shorter prompt");
    }
    return context;
  }

  private void generate(Model model, Answer answer, int[] tokens, Sampling choice) {
    try (Stop stop = Stop.onInterrupt()) {
      report(
          answer.write(tokens, stop, spec.commandLine().getOut()),
          answer.session().capacity(),
          choice.seed());
    }
    answer
        .watch()
        .line(model, tokens)
        .ifPresent(line -> spec.commandLine().getErr().println("rope: " + line));
  }

  private Answer answer(
      Model model,
      Tokenizer tokenizer,
      RopeOverrides flags,
      int context,
      SessionOptions options,
      Sampling choice) {
    int trained = new LengthCheck(model, flags, allowDegraded).trainedLength();
    return new Answer(
        session(model, flags, context, options),
        new Sampler(choice, model.vocabularySize()),
        tokenizer,
        predict < 0 ? Integer.MAX_VALUE : predict,
        ignoreEnd,
        new CoherenceWatch(trained, context, coherence || context > trained));
  }

  private static Session session(
      Model model, RopeOverrides flags, int context, SessionOptions options) {
    int advertised = model.description().contextLength();
    try {
      return model.session(model.rotation(flags, context), context, options);
    } catch (IllegalArgumentException e) {
      if (context <= advertised) {
        throw e;
      }
      throw new InputException(e.getMessage() + "; the model was made for " + advertised);
    }
  }

  private void report(Answer.Said said, int context, long seed) {
    PrintWriter err = spec.commandLine().getErr();
    said.cut(context).ifPresent(cut -> err.println("rope: " + cut));
    err.println("rope: " + said.speeds() + "; seed " + seed);
  }
}

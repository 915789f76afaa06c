package rope4j.chat;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import com.hubspot.jinjava.lib.tag.Tag;
import com.hubspot.jinjava.tree.Node;
import com.hubspot.jinjava.tree.TagNode;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import jinjava.javax.el.ExpressionFactory;

/// Renders templates as Transformers does: Jinja2 with `trim_blocks` and `lstrip_blocks`, with
/// `raise_exception`, `strftime_now`, `tojson` and `{% generation %}`.
///
/// Source: Transformers `utils/chat_template_utils.py`.
final class Jinja {

  private static final int MOST_OUTPUT = 16 << 20;
  private static final int MOST_ROUNDS = 100_000;

  private static final LegacyOverrides AS_JINJA2 =
      LegacyOverrides.newBuilder()
          .withEvaluateMapKeys(true)
          .withIterateOverMapKeys(true)
          .withUsePyishObjectMapper(true)
          .withUseNaturalOperatorPrecedence(true)
          .withParseWhitespaceControlStrictly(true)
          .withAllowAdjacentTextNodes(true)
          .withUseTrimmingForNotesAndExpressions(true)
          .withKeepNullableLoopValues(true)
          .withHandleBackslashInQuotesOnly(true)
          .build();

  private static final JinjavaConfig CONFIG =
      JinjavaConfig.newBuilder()
          // lstrip_blocks is done by TemplateSource; the engine also strips within a line.
          .withTrimBlocks(true)
          .withKeepTrailingNewline(true)
          .withLegacyOverrides(AS_JINJA2)
          .withEnableRecursiveMacroCalls(true)
          // What a message says is never a template.
          .withNestedInterpretationEnabled(false)
          .withMaxOutputSize(MOST_OUTPUT)
          .withMaxStringLength(MOST_OUTPUT)
          .withMaxListSize(MOST_ROUNDS)
          .withMaxMapSize(MOST_ROUNDS)
          .withRangeLimit(MOST_ROUNDS)
          .withElResolver(PythonMethods.resolver())
          .withDisabled(
              Map.of(
                  Context.Library.TAG,
                  Set.of("include", "import", "from", "extends", "cycle", "unless", "ifchanged")))
          .build();

  private Jinja() {}

  /// Renders a template.
  ///
  /// @param source in Jinja2's language
  /// @param variables maps, lists, texts, numbers and booleans
  /// @param now what `strftime_now` tells
  /// @throws TemplateException when the template can't be rendered, or refuses
  static String render(String source, Map<String, Object> variables, LocalDateTime now) {
    Map<String, Object> all = new HashMap<>(variables);
    all.put(Functions.NOW, now.toString());
    // Templates ask whether they are defined before they call them.
    all.put(Functions.NONE, None.NONE);
    all.putIfAbsent("tools", None.NONE);
    all.putIfAbsent("documents", None.NONE);
    all.put("strftime_now", true);
    all.put("raise_exception", true);
    RenderResult result = rendered(source, all);
    for (TemplateError error : result.getErrors()) {
      throw refusal(error);
    }
    return result.getOutput();
  }

  private static RenderResult rendered(String source, Map<String, Object> variables) {
    try {
      return engine().renderForResult(TemplateSource.translated(source), variables);
    } catch (StackOverflowError | NoClassDefFoundError _) {
      // The second is how the engine's own classes fail when they are first loaded that deep.
      throw new TemplateException(
          "the chat template can't be rendered: it calls itself without end; give another with"
              + " --chat-template");
    }
  }

  private static Jinjava engine() {
    ExpressionFactory expressions = PythonOperators.expressions();
    Jinjava engine =
        new Jinjava(CONFIG) {
          @Override
          public ExpressionFactory getExpressionFactory() {
            return expressions;
          }
        };
    engine.registerFunction(
        new ELFunctionDefinition("", Functions.TEXT, Functions.class, "text", Object.class));
    engine.registerFunction(
        new ELFunctionDefinition(
            "", "raise_exception", Functions.class, "raiseException", Object.class));
    engine.registerFunction(
        new ELFunctionDefinition("", "strftime_now", Functions.class, "now", Object.class));
    engine.registerTag(new Generation());
    engine.registerTag(new LoopTag());
    engine.registerFilter(new PythonFilters.ToJson());
    engine.registerFilter(new PythonFilters.Text());
    engine.registerFilter(new PythonFilters.Join());
    engine.registerFilter(new PythonFilters.Trim());
    engine.registerFilter(new PythonFilters.Items());
    engine.registerExpTest(new PythonFilters.IsNone());
    engine.registerExpTest(new PythonFilters.HasElements("iterable"));
    engine.registerExpTest(new PythonFilters.HasElements("sequence"));
    return engine;
  }

  private static TemplateException refusal(TemplateError error) {
    for (Throwable cause = error.getException(); cause != null; cause = cause.getCause()) {
      if (cause instanceof TemplateException refusal) {
        return refusal;
      }
    }
    return new TemplateException(
        "the chat template can't be rendered: line "
            + error.getLineno()
            + ": "
            + error.getMessage().strip().replaceAll("\\s*\\R\\s*", " "));
  }

  /// Marks what the model says, for training; the text is what stands in it.
  private static final class Generation implements Tag {

    private static final long serialVersionUID = 1;

    @Override
    public String getName() {
      return "generation";
    }

    @Override
    public String interpret(TagNode node, JinjavaInterpreter interpreter) {
      StringBuilder text = new StringBuilder();
      for (Node child : node.getChildren()) {
        text.append(child.render(interpreter));
      }
      return text.toString();
    }
  }
}

package rope4j.chat;

import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.JinjavaInterpreter.InterpreterScopeClosable;
import com.hubspot.jinjava.interpret.OutputTooBigException;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.tag.ElseTag;
import com.hubspot.jinjava.lib.tag.ForTag;
import com.hubspot.jinjava.tree.Node;
import com.hubspot.jinjava.tree.TagNode;
import com.hubspot.jinjava.tree.parse.TagToken;
import com.hubspot.jinjava.util.LengthLimitingStringBuilder;
import com.hubspot.jinjava.util.ObjectIterator;
import com.hubspot.jinjava.util.ObjectTruthValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.commons.lang3.tuple.Pair;
import org.jspecify.annotations.Nullable;

/// Jinja2's `for`. Unlike the engine's it has a condition and an `{% else %}`, its [Loop] knows the
/// items around the present one, a text has its letters for items, and a name set in one round is
/// gone in the next.
final class LoopTag extends ForTag {

  /// What [TemplateSource] puts for the `if` of a loop.
  static final String WHERE = "rope4j_where";

  private static final Pattern LOOP_WORD = Pattern.compile("\\bloop\\b");

  private static final long serialVersionUID = 1;

  @Override
  public String interpretUnchecked(TagNode node, JinjavaInterpreter interpreter) {
    Pair<List<String>, String> parts = getLoopVarsAndExpression((TagToken) node.getMaster());
    List<String> names = parts.getLeft();
    String[] expressions = parts.getRight().split(WHERE, 2);
    int line = node.getLineNumber();
    List<@Nullable Object> items =
        items(interpreter.resolveELExpression(expressions[0].strip(), line));
    List<Node> body = node.getChildren();
    Predicate<@Nullable Object> wanted = _ -> true;
    if (expressions.length == 2) {
      String condition = expressions[1].strip();
      wanted = item -> holds(condition, line, names, item, interpreter);
      if (body.stream().anyMatch(child -> LOOP_WORD.matcher(child.reconstructImage()).find())) {
        // Who counts rounds must know them beforehand; else an item is judged when its turn comes,
        // which a round before it may have changed.
        items.removeIf(wanted.negate());
        wanted = _ -> true;
      }
    }
    int otherwise = 0;
    while (otherwise < body.size() && !isElse(body.get(otherwise))) {
      otherwise++;
    }
    var text = new LengthLimitingStringBuilder(interpreter.getConfig().getMaxOutputSize());
    try {
      if (!rounds(items, wanted, names, body.subList(0, otherwise), interpreter, text)) {
        for (Node child : body.subList(otherwise, body.size())) {
          text.append(child.render(interpreter));
        }
      }
    } catch (OutputTooBigException e) {
      interpreter.addError(TemplateError.fromOutputTooBigException(e));
    }
    return text.toString();
  }

  private static boolean isElse(Node node) {
    return node instanceof TagNode tag && tag.getTag() instanceof ElseTag;
  }

  /// Whether a round reached its end: to Jinja2 one that is broken off is none.
  private static boolean rounds(
      List<@Nullable Object> items,
      Predicate<@Nullable Object> wanted,
      List<String> names,
      List<Node> body,
      JinjavaInterpreter interpreter,
      LengthLimitingStringBuilder text) {
    Loop loop = new Loop(items);
    boolean reachedAnEnd = false;
    while (loop.hasNext()) {
      Object item = loop.next();
      if (!wanted.test(item)) {
        continue;
      }
      try (InterpreterScopeClosable _ = interpreter.enterScope()) {
        interpreter.getContext().put(LOOP, loop);
        assign(names, item, interpreter);
        for (Node child : body) {
          text.append(child.render(interpreter));
          if (loop.isContinued()) {
            break;
          }
        }
        reachedAnEnd |= !loop.isContinued();
      }
    }
    return reachedAnEnd;
  }

  private static boolean holds(
      String condition,
      int line,
      List<String> names,
      @Nullable Object item,
      JinjavaInterpreter interpreter) {
    try (InterpreterScopeClosable _ = interpreter.enterScope()) {
      assign(names, item, interpreter);
      return ObjectTruthValue.evaluate(interpreter.resolveELExpression(condition, line));
    }
  }

  private static void assign(
      List<String> names, @Nullable Object item, JinjavaInterpreter interpreter) {
    Context context = interpreter.getContext();
    if (names.size() == 1) {
      context.put(names.getFirst(), interpreter.wrap(item));
      return;
    }
    List<@Nullable Object> parts =
        item instanceof Map.Entry<?, ?> entry
            ? Arrays.asList(entry.getKey(), entry.getValue())
            : items(item);
    if (parts.size() != names.size()) {
      throw new TemplateException(
          "the chat template has a loop over "
              + String.join(", ", names)
              + ", but an item of it has another number of elements: "
              + parts.size());
    }
    for (int i = 0; i < names.size(); i++) {
      context.put(names.get(i), interpreter.wrap(parts.get(i)));
    }
  }

  private static List<@Nullable Object> items(@Nullable Object value) {
    List<@Nullable Object> items = new ArrayList<>();
    switch (value) {
      case null -> {}
      case None _, Number _, Boolean _ ->
          throw new TemplateException(
              "the chat template has a loop over " + PythonText.of(value) + ", which has no items");
      case String text -> text.codePoints().mapToObj(Character::toString).forEach(items::add);
      default -> ObjectIterator.getLoop(value).forEachRemaining(items::add);
    }
    return items;
  }
}

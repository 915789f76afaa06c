package rope4j.chat;

import com.hubspot.jinjava.el.ExtendedSyntaxBuilder;
import com.hubspot.jinjava.el.TruthyTypeConverter;
import com.hubspot.jinjava.el.ext.AdditionOperator;
import com.hubspot.jinjava.el.ext.ExtendedParser;
import com.hubspot.jinjava.objects.SafeString;
import com.hubspot.jinjava.util.ObjectTruthValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import jinjava.de.odysseus.el.ExpressionFactoryImpl;
import jinjava.de.odysseus.el.misc.TypeConverter;
import jinjava.de.odysseus.el.tree.Bindings;
import jinjava.de.odysseus.el.tree.TreeStore;
import jinjava.de.odysseus.el.tree.impl.Builder;
import jinjava.de.odysseus.el.tree.impl.Cache;
import jinjava.de.odysseus.el.tree.impl.Parser;
import jinjava.de.odysseus.el.tree.impl.Scanner;
import jinjava.de.odysseus.el.tree.impl.ast.AstBinary;
import jinjava.de.odysseus.el.tree.impl.ast.AstNode;
import jinjava.de.odysseus.el.tree.impl.ast.AstUnary;
import jinjava.javax.el.ELContext;
import jinjava.javax.el.ExpressionFactory;
import org.jspecify.annotations.Nullable;

/// Operators that mean something else in Python than in the engine: `not a == b` is `not (a == b)`,
/// `and` is one of its two values, `~` writes values as Python does, `+` adds no text to a number
/// and nothing to what is not defined, and dividing by zero is an error.
final class PythonOperators {

  private static final int CACHED = 1000;

  private PythonOperators() {}

  /// The engine's expressions with these operators.
  static ExpressionFactory expressions() {
    return new ExpressionFactoryImpl(new TreeStore(new Syntax(), new Cache(CACHED)), new Texts());
  }

  private static final class Syntax extends ExtendedSyntaxBuilder {

    private static final long serialVersionUID = 1;

    Syntax() {
      super(Feature.METHOD_INVOCATIONS, Feature.VARARGS);
    }

    @Override
    protected Parser createParser(String expression) {
      return new Operators(this, expression);
    }
  }

  private static final class Operators extends ExtendedParser {

    Operators(Builder context, String input) {
      super(context, input);
    }

    /// A comparison, or `not` before one, which the engine would take for a part of it.
    @Override
    protected AstNode eq(boolean required) throws Scanner.ScanException, ParseException {
      if (getToken().getSymbol() != Scanner.Symbol.NOT) {
        return super.eq(required);
      }
      consumeToken();
      return createAstUnary(eq(true), AstUnary.NOT);
    }

    @Override
    protected AstBinary createAstBinary(AstNode left, AstNode right, AstBinary.Operator operator) {
      return super.createAstBinary(left, right, inPython(operator));
    }
  }

  private static AstBinary.Operator inPython(AstBinary.Operator operator) {
    if (operator == AstBinary.AND) {
      return PythonOperators::and;
    }
    if (operator == AstBinary.DIV) {
      return new Arithmetic("/");
    }
    if (operator == AstBinary.MOD) {
      return new Arithmetic("%");
    }
    return operator == AstBinary.ADD || operator instanceof AdditionOperator
        ? new Arithmetic("+")
        : operator;
  }

  private static @Nullable Object and(
      Bindings bindings, ELContext context, AstNode left, AstNode right) {
    Object value = left.eval(bindings, context);
    return ObjectTruthValue.evaluate(value) ? right.eval(bindings, context) : value;
  }

  /// As Python, with whole numbers as long.
  private static final class Arithmetic extends AstBinary.SimpleOperator {

    private final String sign;

    Arithmetic(String sign) {
      this.sign = sign;
    }

    @Override
    protected Object apply(TypeConverter converter, @Nullable Object left, @Nullable Object right) {
      return switch (left) {
        case Number a when right instanceof Number b -> numbers(a, b);
        case Collection<?> a when right instanceof Collection<?> b && sign.equals("+") -> {
          List<Object> both = new ArrayList<>(a);
          both.addAll(b);
          yield both;
        }
        case null, default -> {
          if (sign.equals("+") && isText(left) && isText(right)) {
            yield PythonText.of(left) + PythonText.of(right);
          }
          throw new TemplateException(
              "the chat template can't be rendered: it computes "
                  + kind(left)
                  + " "
                  + sign
                  + " "
                  + kind(right));
        }
      };
    }

    private Object numbers(Number left, Number right) {
      boolean whole = isWhole(left) && isWhole(right);
      if (!sign.equals("+") && right.doubleValue() == 0) {
        throw new TemplateException("the chat template can't be rendered: it divides by zero");
      }
      double a = left.doubleValue();
      double b = right.doubleValue();
      return switch (sign) {
        case "+" -> whole ? (Object) (left.longValue() + right.longValue()) : (Object) (a + b);
        case "%" ->
            whole
                ? (Object) Math.floorMod(left.longValue(), right.longValue())
                : (Object) (a - b * Math.floor(a / b));
        default -> a / b;
      };
    }

    private static boolean isWhole(Number number) {
      return number instanceof Long || number instanceof Integer;
    }

    private static boolean isText(@Nullable Object value) {
      return value instanceof String || value instanceof SafeString;
    }

    private static String kind(@Nullable Object value) {
      return switch (value) {
        case null -> "something undefined";
        case None _ -> "None";
        case Boolean _ -> "a truth value";
        case Number _ -> "a number";
        default -> isText(value) ? "a text" : "a list or dictionary";
      };
    }
  }

  /// What `~` joins.
  private static final class Texts extends TruthyTypeConverter {

    private static final long serialVersionUID = 1;

    @Override
    protected String coerceToString(@Nullable Object value) {
      return PythonText.of(value);
    }
  }
}

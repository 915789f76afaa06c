package rope4j.chat;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.objects.date.StrftimeFormatter;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The functions Transformers gives to templates; the engine finds them by their names.
public final class Functions {

  /// The variable that holds the time.
  static final String NOW = "rope4j_now";

  /// What [TemplateSource] puts around what is written.
  static final String TEXT = "rope4j_text";

  /// The variable that is Python's `None`.
  static final String NONE = "rope4j_none";

  private Functions() {}

  /// What Jinja2 writes for a value.
  public static String text(@Nullable Object value) {
    return PythonText.of(value);
  }

  /// Ends the rendering with a template's own words.
  public static String raiseException(Object message) {
    throw new TemplateException("the chat template refuses this conversation: " + message);
  }

  /// The time in the words of `strftime`.
  public static String now(Object format) {
    Object now = JinjavaInterpreter.getCurrent().getContext().get(NOW);
    return StrftimeFormatter.format(
        LocalDateTime.parse(String.valueOf(now)).atZone(ZoneOffset.UTC),
        String.valueOf(format),
        Locale.ENGLISH);
  }
}

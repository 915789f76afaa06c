package rope4j.diagnosis.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// What all pages have in common: self-contained, and forbidding themselves to load anything.
public final class Page {

  private static final String POLICY =
      "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

  private Page() {}

  /// The head of a page, and its body opened; close both `body` and `html`.
  ///
  /// @param title of the window
  /// @param style rules of this page alone, after those of all pages
  public static Markup begin(String title, String style) {
    Markup out = new Markup();
    out.trusted("<!DOCTYPE html>\n").open("html", "lang", "en");
    out.open("head");
    out.empty("meta", "charset", "utf-8");
    out.empty("meta", "http-equiv", "Content-Security-Policy", "content", POLICY);
    out.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    out.empty("meta", "name", "color-scheme", "content", "light dark");
    out.element("title", title);
    out.open("style").trusted(resource("report.css")).trusted(style).close();
    out.close();
    return out.open("body");
  }

  /// The text of a file beside the reports' classes.
  public static String resource(String name) {
    try (InputStream stream = Page.class.getResourceAsStream("/rope4j/diagnosis/" + name)) {
      if (stream == null) {
        throw new IllegalStateException("the program is incomplete: " + name + " is missing");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

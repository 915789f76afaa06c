package rope4j.diagnosis.page;

import java.util.Locale;

/// The marks that charts are made of, written into an SVG element that is open.
///
/// @param out where they go; coordinates are those of the element's view box
public record Drawing(Markup out) {

  /// A straight line from one point to another.
  public void line(String style, double x1, double y1, double x2, double y2) {
    out.empty(
        "line",
        "class",
        style,
        "x1",
        number(x1),
        "y1",
        number(y1),
        "x2",
        number(x2),
        "y2",
        number(y2));
  }

  /// A label.
  ///
  /// @param anchor which part of it is at the point: `start`, `middle` or `end`
  public void text(String style, double atX, double atY, String anchor, String text) {
    out.element(
        "text", text, "class", style, "x", number(atX), "y", number(atY), "text-anchor", anchor);
  }

  /// A label of no more than so many characters; what is cut off shows as an ellipsis.
  public static String cut(String label, int longest) {
    return label.length() <= longest ? label : label.substring(0, longest - 1) + "…";
  }

  /// A coordinate, to a hundredth.
  public static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value).replaceFirst("\\.?0+$", "");
  }
}

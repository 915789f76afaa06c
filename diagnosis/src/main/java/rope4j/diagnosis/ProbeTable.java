package rope4j.diagnosis;

import java.util.List;
import rope4j.diagnosis.page.Markup;

/// A table of what was probed.
///
/// @param out where it is written
record ProbeTable(Markup out) {

  /// Begins it.
  ///
  /// @param names of the columns
  void open(List<String> names) {
    open("probe", names);
  }

  /// @param style class of the table
  void open(String style, List<String> names) {
    out.open(
        "div",
        "class",
        "scroll",
        "tabindex",
        "0",
        "role",
        "region",
        "aria-label",
        names.getFirst());
    out.open("table", "class", style);
    out.open("thead").open("tr");
    names.forEach(name -> out.element("th", name, "scope", "col"));
    out.close().close().open("tbody");
  }

  void close() {
    out.close().close().close();
  }

  /// A field.
  ///
  /// @param margin what stands behind it in small; may be empty
  void number(String value, String margin) {
    number("number", value, margin);
  }

  /// @param style classes of the field
  void number(String style, String value, String margin) {
    out.open("td", "class", style).element("span", value);
    if (!margin.isEmpty()) {
      out.text(" ").element("small", margin);
    }
    out.close();
  }
}

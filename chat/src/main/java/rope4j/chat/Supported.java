package rope4j.chat;

import java.util.Set;

/// The words of Jinja2 that templates can use here.
final class Supported {

  /// Those that do as Jinja2's; the engine passes over what it does not know.
  static final Set<String> FILTERS =
      Set.of(
          "trim",
          "length",
          "count",
          "list",
          "join",
          "tojson",
          "items",
          "map",
          "select",
          "selectattr",
          "reject",
          "rejectattr",
          "default",
          "d",
          "first",
          "last",
          "upper",
          "lower",
          "title",
          "capitalize",
          "replace",
          "string",
          "int",
          "float",
          "sort",
          "reverse",
          "unique",
          "safe",
          "indent",
          "format",
          "abs",
          "round");

  static final Set<String> TESTS =
      Set.of(
          "defined",
          "undefined",
          "none",
          "string",
          "mapping",
          "iterable",
          "sequence",
          "number",
          "boolean",
          "true",
          "false",
          "equalto",
          "eq",
          "ne",
          "odd",
          "even",
          "integer",
          "float",
          "divisibleby",
          "sameas",
          "lower",
          "upper");

  static final Set<String> TAGS =
      Set.of(
          "if",
          "elif",
          "else",
          "endif",
          "for",
          "endfor",
          "break",
          "continue",
          "set",
          "endset",
          "macro",
          "endmacro",
          "call",
          "endcall",
          "generation",
          "endgeneration");

  private Supported() {}
}

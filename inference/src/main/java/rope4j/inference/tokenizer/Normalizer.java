package rope4j.inference.tokenizer;

/// Rewrites a text before it is cut.
interface Normalizer {

  /// Rewrites a text.
  ///
  /// @param first whether nothing stands before it, not even a token found in the text
  String apply(String text, boolean first);

  /// A text stays as it is.
  Normalizer NONE = (text, _) -> text;

  default Normalizer then(Normalizer next) {
    return this == NONE ? next : (text, first) -> next.apply(apply(text, first), first);
  }
}

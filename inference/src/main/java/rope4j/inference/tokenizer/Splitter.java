package rope4j.inference.tokenizer;

/// Cuts a text into words, across which nothing is merged.
interface Splitter {

  /// Cuts what other splitters have left.
  ///
  /// @param spans first char and the one after the last, of each word of the text in order
  /// @return the same of the words that these words fall into; none is empty
  int[] split(String text, int[] spans);

  /// Every word stays whole.
  Splitter NONE = (_, spans) -> spans;

  default Splitter then(Splitter next) {
    return (text, spans) -> next.split(text, split(text, spans));
  }
}

package rope4j.inference.tokenizer;

/// Turns words into token ids.
interface TokenModel {

  /// Appends the ids of words.
  ///
  /// @param spans first char and the one after the last, of each word of the text in order
  void encode(String text, int[] spans, IntBuilder out);
}

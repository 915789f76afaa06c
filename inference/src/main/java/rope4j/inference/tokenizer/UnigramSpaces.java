package rope4j.inference.tokenizer;

/// What Unigram does to spaces before it cuts a text. Source: llama.cpp `llama-vocab.cpp`,
/// `llm_tokenizer_ugm_session::normalize`.
///
/// @param prefix whether a space is put before a text
/// @param merges whether a run of spaces is one, and none stays at the end
record UnigramSpaces(boolean prefix, boolean merges) implements Normalizer {

  @Override
  public String apply(String text, boolean first) {
    StringBuilder out = new StringBuilder(text.length() + 1);
    boolean inWord = false;
    boolean prefixed = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != ' ') {
        if (!inWord && (merges || prefix && !prefixed)) {
          out.append(WordStarts.SPACE);
          prefixed = true;
        }
        out.append(c);
      } else if (!merges) {
        out.append(WordStarts.SPACE);
      }
      inWord = c != ' ';
    }
    return out.toString();
  }
}

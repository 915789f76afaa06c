package rope4j.inference;

/// Sees the logits of chosen positions while a text is scored.
public interface LogitsObserver {

  /// Sees nothing.
  LogitsObserver NONE =
      new LogitsObserver() {
        @Override
        public boolean wants(int position) {
          return false;
        }

        @Override
        public void accept(int position, float[] logits) {}
      };

  /// Whether [#accept] is to be called for the logits that follow the token at this position.
  boolean wants(int position);

  /// Called in order of positions, on the thread that scores.
  ///
  /// @param position position of the token the logits follow
  /// @param logits one per vocabulary entry; overwritten after the call, copy what must stay
  void accept(int position, float[] logits);
}

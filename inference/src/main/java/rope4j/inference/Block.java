package rope4j.inference;

import java.util.Optional;

/// One layer of a transformer: attention and a feed-forward network, each with a norm before it,
/// after it, or both.
///
/// @param attentionNorm before attention
/// @param attentionPostNorm of attention's answer, before it is added
/// @param feedForwardNorm before the feed-forward network
/// @param feedForwardPostNorm of the network's answer, before it is added
/// @param residual what the feed-forward network reads
/// @param residualScale multiplies both answers before they are added
record Block(
    Optional<Norm> attentionNorm,
    SelfAttention attention,
    Optional<Norm> attentionPostNorm,
    Optional<Norm> feedForwardNorm,
    FeedForward feedForward,
    Optional<Norm> feedForwardPostNorm,
    Residual residual,
    float residualScale) {

  /// The same, attending to the last tokens only.
  Block withinWindow(int tokens) {
    return new Block(
        attentionNorm,
        attention.withinWindow(tokens),
        attentionPostNorm,
        feedForwardNorm,
        feedForward,
        feedForwardPostNorm,
        residual,
        residualScale);
  }

  enum Residual {
    /// The feed-forward network reads the sum of the block's input and attention's answer.
    SEQUENTIAL,
    /// Both read the block's input, and their answers are added to it together.
    PARALLEL
  }

  /// @param output takes the heads' answers back to the residual stream
  /// @param sinks one score a head that joins the softmax and answers nothing; empty for none
  record SelfAttention(
      Projections projections, Linear output, float[] sinks, Scores scores, Scores.Window window) {

    SelfAttention withinWindow(int tokens) {
      return new SelfAttention(projections, output, sinks, scores, window.within(tokens));
    }
  }
}

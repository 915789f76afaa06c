package rope4j.inference;

import java.util.function.Function;
import rope4j.inference.Norm.Kind;

/// What tells one architecture from another where a file's tensors and keys alone do not: a page of
/// data. Everything else follows from which tensors a file has: biases, fused products, norms of
/// queries and keys, experts, sinks.
///
/// @param norm of all norms
/// @param weightless whether norms have no tensors
/// @param norms names of the norms' tensors within a block
/// @param residual how a block adds its answers
/// @param activation of the feed-forward networks
/// @param gated whether feed-forward networks have a gate
/// @param clamped whether `attention.clamp_kqv` is read
/// @param scores what is done to the scores of a block, counted from 0
/// @param routing how experts are chosen
/// @param scales of the residual stream and the logits
/// @param rotates whether blocks rotate
record Architecture(
    Kind norm,
    boolean weightless,
    Norms norms,
    Function<Keys, Block.Residual> residual,
    Activation activation,
    boolean gated,
    boolean clamped,
    BlockScores scores,
    Function<Keys, Routing> routing,
    Function<Keys, Scales> scales,
    Function<Keys, Boolean> rotates) {

  /// Tensors' names in a block; the first of several that the file has is taken, empty for none.
  record Norms(
      String beforeAttention,
      String afterAttention,
      String beforeFeedForward,
      String afterFeedForward) {

    static final Norms BEFORE = new Norms("attn_norm", "", "ffn_norm", "");
    static final Norms AFTER = new Norms("", "post_attention_norm", "", "post_ffw_norm");
    static final Norms AROUND =
        new Norms("attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm");

    /// One norm for both halves of a parallel block; Falcon 40B has a second one for attention.
    static final Norms SHARED = new Norms("attn_norm_2 attn_norm", "", "ffn_norm attn_norm", "");
  }

  /// @param embedding multiplies embeddings
  /// @param residual multiplies the answers of a block's halves
  /// @param logits multiplies the logits
  /// @param logitSoftCap soft cap of the logits; 0 for none
  record Scales(float embedding, float residual, float logits, float logitSoftCap) {
    static final Scales NONE = new Scales(1, 1, 1, 0);
  }

  @FunctionalInterface
  interface BlockScores {
    Scores of(Keys keys, int block);
  }

  private static final Architecture PLAIN =
      new Architecture(
          Kind.RMS,
          false,
          Norms.BEFORE,
          _ -> Block.Residual.SEQUENTIAL,
          Activation.SILU,
          true,
          false,
          (keys, _) -> Scores.scaled(1 / Math.sqrt(keys.model().headDimension())),
          keys -> Routing.softmax(keys.model().expertsUsed(), true),
          _ -> Scales.NONE,
          _ -> true);

  /// Llama's: root-mean-square norms before each half, SiLU with a gate.
  static Architecture plain() {
    return PLAIN;
  }

  /// LayerNorm instead.
  Architecture layerNorm() {
    return new Architecture(
        Kind.LAYER,
        weightless,
        norms,
        residual,
        activation,
        gated,
        clamped,
        scores,
        routing,
        scales,
        rotates);
  }

  Architecture weightlessNorms() {
    return new Architecture(
        norm, true, norms, residual, activation, gated, clamped, scores, routing, scales, rotates);
  }

  Architecture norms(Norms other) {
    return new Architecture(
        norm,
        weightless,
        other,
        residual,
        activation,
        gated,
        clamped,
        scores,
        routing,
        scales,
        rotates);
  }

  Architecture residual(Function<Keys, Block.Residual> other) {
    return new Architecture(
        norm,
        weightless,
        norms,
        other,
        activation,
        gated,
        clamped,
        scores,
        routing,
        scales,
        rotates);
  }

  Architecture gated(Activation other) {
    return new Architecture(
        norm, weightless, norms, residual, other, true, clamped, scores, routing, scales, rotates);
  }

  Architecture ungated(Activation other) {
    return new Architecture(
        norm, weightless, norms, residual, other, false, clamped, scores, routing, scales, rotates);
  }

  Architecture clamping() {
    return new Architecture(
        norm,
        weightless,
        norms,
        residual,
        activation,
        gated,
        true,
        scores,
        routing,
        scales,
        rotates);
  }

  Architecture scores(BlockScores other) {
    return new Architecture(
        norm,
        weightless,
        norms,
        residual,
        activation,
        gated,
        clamped,
        other,
        routing,
        scales,
        rotates);
  }

  Architecture routing(Function<Keys, Routing> other) {
    return new Architecture(
        norm,
        weightless,
        norms,
        residual,
        activation,
        gated,
        clamped,
        scores,
        other,
        scales,
        rotates);
  }

  Architecture scales(Function<Keys, Scales> other) {
    return new Architecture(
        norm,
        weightless,
        norms,
        residual,
        activation,
        gated,
        clamped,
        scores,
        routing,
        other,
        rotates);
  }

  Architecture rotating(Function<Keys, Boolean> other) {
    return new Architecture(
        norm,
        weightless,
        norms,
        residual,
        activation,
        gated,
        clamped,
        scores,
        routing,
        scales,
        other);
  }
}

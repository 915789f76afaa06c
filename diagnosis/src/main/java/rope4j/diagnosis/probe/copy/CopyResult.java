package rope4j.diagnosis.probe.copy;

import java.util.List;

/// Whether strategies copy from far back, and which heads do it.
///
/// @param applies whether the model copies at a length it was trained for, under the original
///   rotation; where it does not, scores and heads are left out
/// @param reason why, in a sentence
/// @param complete whether every question was asked
/// @param tokens different tokens that segments are drawn from
/// @param shortLength length at which the model was tried first
/// @param shortMargin nats by which the repeat's tokens were likelier there than the segment's
/// @param scores per strategy
/// @param headsLength length at which the strategies' heads were looked at
/// @param heads those that retrieve within the trained length, the highest score first, of the
///   layers that were looked at, at both lengths the same
public record CopyResult(
    boolean applies,
    String reason,
    boolean complete,
    int tokens,
    int shortLength,
    double shortMargin,
    List<CopyScore> scores,
    int headsLength,
    List<RetrievalHead> heads) {

  public CopyResult {
    scores = List.copyOf(scores);
    heads = List.copyOf(heads);
  }

  /// How many of the heads still retrieve under a strategy.
  public long kept(String strategy) {
    return heads.stream()
        .filter(head -> head.under(strategy).filter(RetrievalHead.Kept::retrieves).isPresent())
        .count();
  }
}

package rope4j.diagnosis.probe.pairs;

/// How attention is spread at a position, the mean over heads and layers.
///
/// @param position of the query
/// @param entropy entropy of the attention weights over ln(position + 1): 1 when every token gets
///   the same, 0 when one gets all
/// @param sink weight of the first token
public record AttentionSpread(int position, double entropy, double sink) {}

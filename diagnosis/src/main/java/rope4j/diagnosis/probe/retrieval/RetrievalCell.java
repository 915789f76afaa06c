package rope4j.diagnosis.probe.retrieval;

import rope4j.diagnosis.probe.trial.Proportion;

/// What a strategy remembered at a length, over all depths or at one.
///
/// @param length tokens of the question and its answer
/// @param depth where the thing asked for stood, 0 to 1; −1 for all depths together
/// @param distance about how many tokens before the end it stood; the mean over the questions where
///   all depths are together
/// @param exact questions answered without a mistake, by the most likely token at every step
/// @param score mean share of the answer's items that were right, 0 to 1
/// @param nll mean loss of the answer's tokens, nats: the graded form of the same
public record RetrievalCell(
    int length, double depth, int distance, Proportion exact, double score, double nll) {}

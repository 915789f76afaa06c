package rope4j.diagnosis.probe.retrieval;

import rope4j.diagnosis.probe.trial.Proportion;

/// What a strategy remembered at a length, over all depths or at one.
///
/// @param length tokens of the question and its answer
/// @param depth where the thing asked for stood, 0 to 1; −1 for all depths together
/// @param distance tokens from the answer back to where it stood, the nearest place where it stood
///   more than once, mean over the questions; 0 where it is spread over the whole text
/// @param exact questions answered without a mistake, by the most likely token at every step
/// @param score mean share of the answer's items that were right, 0 to 1; where an answer is one
///   item the share of `exact`
/// @param nll mean loss of the answer's tokens, nats: the graded form of the same
public record RetrievalCell(
    int length, double depth, int distance, Proportion exact, double score, double nll) {}

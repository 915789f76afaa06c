package rope4j.tuning.result;

/// What a search took.
///
/// @param evaluations of the search, those from the cache too
/// @param proof evaluations on held-out text, those from the cache too
/// @param prefills that were run now
/// @param tokens that went through the model in them
/// @param prefillSeconds the time these prefills took
/// @param seconds the time everything took
public record Effort(
    int evaluations, int proof, int prefills, long tokens, double prefillSeconds, double seconds) {}

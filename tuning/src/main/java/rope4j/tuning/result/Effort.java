package rope4j.tuning.result;

/// What a search took.
///
/// @param evaluations of the search, those from the cache too
/// @param proof evaluations on held-out text, those from the cache too
/// @param prefills that were run now
/// @param tokens that went through the model
/// @param prefillSeconds the time this took
/// @param seconds the time everything took
/// @param overhead share of the processor time of the thread that searches, which computes as well,
///   that went into anything else
public record Effort(
    int evaluations,
    int proof,
    int prefills,
    long tokens,
    double prefillSeconds,
    double seconds,
    double overhead) {}

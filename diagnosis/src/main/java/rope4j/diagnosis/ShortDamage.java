package rope4j.diagnosis;

/// What a strategy does to text that needs no extension: the first trained-length tokens of every
/// window, compared with the original rotation on the same tokens.
///
/// @param positions positions compared
/// @param meanKl mean of KL(original ‖ strategy) over the next-token distributions, nats
/// @param kl99 what 99 % of them do not exceed, nats
/// @param topAgreement share of positions where both have the same most likely token, 0 to 1
public record ShortDamage(int positions, double meanKl, double kl99, double topAgreement) {}

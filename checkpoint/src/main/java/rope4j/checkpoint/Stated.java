package rope4j.checkpoint;

/// A value and where it comes from.
///
/// @param value the value
/// @param evidence its key, file and origin
public record Stated<T>(T value, Evidence evidence) {}

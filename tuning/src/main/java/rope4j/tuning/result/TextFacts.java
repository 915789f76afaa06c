package rope4j.tuning.result;

/// What was measured on.
///
/// @param name of the text
/// @param documents different documents, or passages, of both parts
/// @param repeated documents left out because they were there already
/// @param searchWindows windows the search saw
/// @param heldOutWindows windows it did not see
public record TextFacts(
    String name, int documents, int repeated, int searchWindows, int heldOutWindows) {}

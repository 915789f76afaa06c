package rope4j.diagnosis.inspection;

/// The lengths that matter, tokens.
///
/// @param trained before any scaling
/// @param advertised by the files
/// @param requested by the user, on the command line or in the launch; the advertised one where
///   neither says
/// @param asked whether the user said it
public record Lengths(int trained, int advertised, int requested, boolean asked) {

  public Lengths {
    if (requested < 1) {
      throw new IllegalArgumentException(
          "the context must be at least 1 token, but it is " + requested);
    }
  }
}

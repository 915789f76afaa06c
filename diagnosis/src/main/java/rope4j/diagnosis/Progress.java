package rope4j.diagnosis;

/// Is told how far a measurement has come.
@FunctionalInterface
public interface Progress {

  /// Tells nobody.
  Progress NONE = (_, _, _) -> {};

  /// @param stage what is being measured, for example `yarn`
  /// @param done tokens computed so far
  /// @param total tokens to compute in all
  void report(String stage, long done, long total);
}

package rope4j.lab.experiment;

/// Hears how far a run is.
public interface RunProgress {

  /// @param what what is being done, for example `rope, seed 0: training, step 120 of 1100`
  /// @param done work done so far, in this run and before, in tokens read
  /// @param total work in all
  /// @param worked of `done`, what this run did itself
  void report(String what, double done, double total, double worked);
}

package rope4j.diagnosis.probe.trial;

/// The time is up or the user wants an end: what was measured stands, the rest is left out.
public final class StoppedException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public StoppedException() {
    super("stopped before the end", null, false, false);
  }
}

package rope4j.lab.result;

import rope4j.lab.result.Result.Metric;

/// Results as an experiment would give them.
final class Samples {

  private Samples() {}

  static Result of(
      String encoding, String strategy, long seed, int length, Metric metric, double value) {
    return new Result(
        "mine",
        encoding,
        seed,
        strategy,
        1,
        0,
        128,
        length,
        metric,
        0,
        length,
        value,
        "00ff",
        "0.1.0",
        "rope lab run mine");
  }
}

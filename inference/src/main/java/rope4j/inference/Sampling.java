package rope4j.inference;

/// How the next token is chosen, with llama.cpp's names and defaults.
///
/// @param temperature divides the logits; 0 takes the most likely token
/// @param topK keeps this many of the most likely tokens; 0 or less keeps all
/// @param topP keeps the most likely tokens that together have this probability; 1 keeps all
/// @param minP drops tokens less likely than this times the most likely one; 0 keeps all
/// @param repeatPenalty divides positive and multiplies negative logits of recent tokens; 1 leaves
///   them
/// @param repeatLast how many of the latest tokens that reaches back to; 0 is none, -1 is all
/// @param seed the same seed gives the same tokens
public record Sampling(
    double temperature,
    int topK,
    double topP,
    double minP,
    double repeatPenalty,
    int repeatLast,
    long seed) {

  public Sampling {
    require(
        temperature >= 0 && temperature < Double.POSITIVE_INFINITY,
        "--temp",
        temperature,
        "0 or more");
    require(topP > 0 && topP <= 1, "--top-p", topP, "above 0 and at most 1");
    require(minP >= 0 && minP < 1, "--min-p", minP, "from 0 to below 1");
    require(
        repeatPenalty > 0 && repeatPenalty < Double.POSITIVE_INFINITY,
        "--repeat-penalty",
        repeatPenalty,
        "above 0 (1 switches it off)");
    if (repeatLast < -1) {
      throw new IllegalArgumentException(
          "--repeat-last-n is "
              + repeatLast
              + ", but must be -1 (the whole context), 0 (none) or more");
    }
  }

  /// The most likely token, always.
  public static Sampling greedy() {
    return new Sampling(0, 0, 1, 0, 1, 0, 0);
  }

  /// llama.cpp's defaults: temperature 0.8, top-k 40, top-p 0.95, min-p 0.05.
  public static Sampling ordinary(long seed) {
    return new Sampling(0.8, 40, 0.95, 0.05, 1, 64, seed);
  }

  private static void require(boolean right, String flag, double value, String allowed) {
    if (!right) {
      throw new IllegalArgumentException(flag + " is " + value + ", but must be " + allowed);
    }
  }
}

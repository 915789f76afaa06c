package rope4j.cli;

import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.Option;
import rope4j.inference.Sampling;

/// llama.cpp's sampling flags, with its names and defaults.
final class SamplingFlags {

  /// As a seed it asks for any.
  private static final long RANDOM = -1;

  @Option(
      names = "--temp",
      paramLabel = "T",
      description = "Temperature; 0 takes the most likely token. Default ${DEFAULT-VALUE}.")
  private double temperature = 0.8;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      description =
          "Choose among so many of the most likely tokens; 0 or -1 is all. Default"
              + " ${DEFAULT-VALUE}.")
  private int topK = 40;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description =
          "Choose among the most likely tokens that together have this probability. Default"
              + " ${DEFAULT-VALUE}.")
  private double topP = 0.95;

  @Option(
      names = "--min-p",
      paramLabel = "P",
      description =
          "Drop tokens less likely than this times the most likely one. Default ${DEFAULT-VALUE}.")
  private double minP = 0.05;

  @Option(
      names = "--repeat-penalty",
      paramLabel = "R",
      description = "Makes recent tokens less likely; 1 doesn't. Default ${DEFAULT-VALUE}.")
  private double repeatPenalty = 1;

  @Option(
      names = "--repeat-last-n",
      paramLabel = "N",
      description =
          "Tokens that count as recent; 0 is none, -1 the whole context. Default ${DEFAULT-VALUE}.")
  private int repeatLast = 64;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "The same seed gives the same text; without it, or with -1, another one every time.")
  private Optional<Long> seed = Optional.empty();

  Sampling sampling() {
    return new Sampling(
        temperature,
        topK,
        topP,
        minP,
        repeatPenalty,
        repeatLast,
        seed.filter(given -> given != RANDOM)
            .orElseGet(() -> ThreadLocalRandom.current().nextLong(1L << 31)));
  }
}

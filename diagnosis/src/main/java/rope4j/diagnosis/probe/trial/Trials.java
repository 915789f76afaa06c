package rope4j.diagnosis.probe.trial;

import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import rope4j.inference.Model;
import rope4j.inference.Scorer;

/// Runs what probes ask for, once: a result that is stored is not computed again, and everything
/// ends at the limit.
public final class Trials {

  /// Is told how far it has come.
  @FunctionalInterface
  public interface Report {
    /// @param stage what is measured
    /// @param done tokens, those of stored results included
    void report(String stage, long done);
  }

  /// Of how things are measured. It is part of every key and raised with each change that gives
  /// other numbers, so that results of an older build are not taken.
  private static final String VERSION = "2";

  private final Model model;
  private final Scorer scorer;
  private final ResultStore store;
  private final Limit limit;
  private final Report report;
  private final String owner;
  private final long seed;
  private String stage = "";
  private long done;
  private long computed;

  /// @param owner fingerprint of model, text and context: results of others are not taken
  /// @param seed of everything drawn at random
  public Trials(
      Model model, ResultStore store, Limit limit, Report report, String owner, long seed) {
    this.model = model;
    this.scorer = model.scorer();
    this.store = store;
    this.limit = limit;
    this.report = report;
    this.owner = owner;
    this.seed = seed;
  }

  public Model model() {
    return model;
  }

  /// To be used within [#measure] only.
  public Scorer scorer() {
    return scorer;
  }

  public long seed() {
    return seed;
  }

  /// Tokens computed, those of stored results left out.
  public long computed() {
    return computed;
  }

  /// Tokens done, those of stored results included.
  public long done() {
    return done;
  }

  /// A source of numbers that depends on the seed and on what it is for, not on what was drawn
  /// before.
  public SplittableRandom random(String purpose) {
    long mixed = seed * 0x9E3779B97F4A7C15L;
    for (int i = 0; i < purpose.length(); i++) {
      mixed = (mixed ^ purpose.charAt(i)) * 0x100000001B3L;
    }
    return new SplittableRandom(mixed);
  }

  /// Names what comes next, for the progress.
  public void stage(String name) {
    stage = name;
  }

  /// A result: the stored one, or a new one, which is stored.
  ///
  /// @param key what it is, unlike that of any other result of the model, text and seed
  /// @param candidate under which it is measured
  /// @param tokens it takes to measure it
  /// @throws StoppedException when the limit is reached
  public double[] measure(
      String key, Candidate candidate, long tokens, Supplier<double[]> measurement) {
    return measure(key + "/" + candidate.identity(), tokens, measurement);
  }

  /// The same for what belongs to no candidate.
  public double[] measure(String key, long tokens, Supplier<double[]> measurement) {
    String whole = whole(key);
    long before = done;
    Optional<double[]> known = store.find(whole);
    double[] result = known.orElseGet(() -> fresh(whole, measurement));
    done = before + tokens;
    report.report(stage, done);
    return result;
  }

  /// Whether a result is stored, so that what it needs can be spared.
  public boolean knows(String key, Candidate candidate) {
    return store.knows(whole(key + "/" + candidate.identity()));
  }

  private String whole(String key) {
    return VERSION + "/" + owner + "/" + seed + "/" + key;
  }

  private double[] fresh(String key, Supplier<double[]> measurement) {
    check();
    double[] result = measurement.get();
    store.put(key, result);
    return result;
  }

  /// Passes over what turned out not to be needed.
  ///
  /// @param tokens done from now on, at least as many as before
  public void advanceTo(long tokens) {
    done = Math.max(done, tokens);
    report.report(stage, done);
  }

  /// Counts tokens, and ends the measurement at the limit.
  public IntConsumer meter() {
    return tokens -> {
      done += tokens;
      computed += tokens;
      report.report(stage, done);
      check();
    };
  }

  /// @throws StoppedException when the limit is reached
  public void check() {
    if (limit.reached()) {
      throw new StoppedException();
    }
  }
}

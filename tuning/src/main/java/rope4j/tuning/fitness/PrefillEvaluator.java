package rope4j.tuning.fitness;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import rope4j.diagnosis.Blocks;
import rope4j.inference.LogitsObserver;
import rope4j.inference.Model;
import rope4j.inference.ModelRotation;
import rope4j.inference.Scorer;
import rope4j.tuning.space.Candidate;

/// Measures with the engine, and never twice: what is in the cache is not run.
///
/// One prefill gives all of it, because attention is causal: its beginning is short text under the
/// candidate, which is compared with the same text under the original rotation.
public final class PrefillEvaluator implements Evaluator {

  /// Changes when the same question gets another answer.
  private static final String VERSION = "2";

  /// Floats of kept logits: 128 MiB.
  private static final long BUDGET = 32L << 20;

  private final Model model;
  private final Scorer scorer;
  private final Rotations rotations;
  private final EvaluationCache cache;
  private final LogitRows rows;
  private final Map<Window, String> questions = new HashMap<>();
  private final Map<String, ShortText> originals = new HashMap<>();
  private final Map<Window, ShortText> ofWindow = new HashMap<>();
  private Optional<ModelRotation> last = Optional.empty();
  private String lastKey = "";
  private int prefills;
  private long tokens;
  private long nanos;
  private long processorNanos;

  /// @param cache of this model
  /// @param windows how many different windows will be asked about
  public PrefillEvaluator(Model model, Rotations rotations, EvaluationCache cache, int windows) {
    this.model = model;
    this.scorer = model.scorer();
    this.rotations = rotations;
    this.cache = cache;
    // One more for those that probabilities are made of.
    long most = BUDGET / model.vocabularySize() / (windows + 1);
    int trained = model.description().trainedLength();
    this.rows =
        new LogitRows(
            trained, (int) Math.clamp(most, 1, Math.max(1, trained - 1)), model.vocabularySize());
  }

  /// Prefills of candidates that were run; what came from the cache is not among them.
  public int prefills() {
    return prefills;
  }

  /// Tokens that went through the model: those of these prefills, and of the beginning of each
  /// window under the original rotation.
  public long tokens() {
    return tokens;
  }

  /// Seconds in which tokens went through the model.
  public double seconds() {
    return nanos / 1e9;
  }

  /// Seconds of them that a processor worked for the thread that asked; it is one of those that
  /// compute.
  public double processorSeconds() {
    return processorNanos / 1e9;
  }

  @Override
  public Measurement measure(Candidate candidate, Window window) {
    String key = key(candidate, window);
    Optional<Measurement> known = cache.get(key);
    if (known.isPresent()) {
      return known.get();
    }
    Measurement measured = run(rotation(candidate), window);
    cache.put(key, candidate.name(), measured);
    return measured;
  }

  private Measurement run(ModelRotation rotation, Window window) {
    ShortText original = original(window);
    int[] ids = window.tokens();
    ShortText.Comparison comparison = original.compare(ids);
    double[] nll = score(ids, rotation, comparison);
    prefills++;
    List<Double> text = new ArrayList<>();
    for (Span span : window.text()) {
      for (double mean : Blocks.means(nll, span.from(), span.to())) {
        text.add(mean);
      }
    }
    List<Double> needles = new ArrayList<>();
    for (Span span : window.answers()) {
      needles.add(Arrays.stream(nll, span.from(), span.to()).average().orElseThrow());
    }
    return new Measurement(text, needles, comparison.divergence(nll));
  }

  private double[] score(int[] ids, ModelRotation rotation, LogitsObserver observer) {
    long start = System.nanoTime();
    long before = ProcessorTime.nanos();
    double[] nll = scorer.score(ids, 0, rotation, observer, _ -> {});
    processorNanos += ProcessorTime.nanos() - before;
    nanos += System.nanoTime() - start;
    tokens += ids.length;
    return nll;
  }

  /// Windows of one candidate follow each other.
  private ModelRotation rotation(Candidate candidate) {
    String key = candidate.key();
    if (last.isEmpty() || !lastKey.equals(key)) {
      last = Optional.of(rotations.of(candidate));
      lastKey = key;
    }
    return last.get();
  }

  /// Short text under the original rotation. One token more than is compared, so that the engine
  /// tells the likelihood of what follows each of them.
  private ShortText original(Window window) {
    ShortText known = ofWindow.get(window);
    if (known == null) {
      int[] beginning = Arrays.copyOf(window.tokens(), window.trainedLength() + 1);
      known =
          originals.computeIfAbsent(
              Arrays.toString(beginning),
              _ -> new ShortText(rows, beginning, score(beginning, rotations.original(), rows)));
      ofWindow.put(window, known);
    }
    return known;
  }

  private String key(Candidate candidate, Window window) {
    return digest(questions.computeIfAbsent(window, this::question) + candidate.key(), new int[0]);
  }

  /// All of a question but the candidate: it is asked often.
  private String question(Window window) {
    String facts =
        String.join(
            "|",
            VERSION,
            cache.model(),
            model.vectorized() ? "vector" : "scalar",
            Integer.toString(window.trainedLength()),
            Integer.toString(rows.count()),
            window.text().toString(),
            window.answers().toString());
    return digest(facts, window.tokens());
  }

  private static String digest(String text, int[] ids) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(text.getBytes(StandardCharsets.UTF_8));
      ByteBuffer bytes = ByteBuffer.allocate(ids.length * Integer.BYTES);
      bytes.asIntBuffer().put(ids);
      digest.update(bytes);
      return HexFormat.of().formatHex(digest.digest(), 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}

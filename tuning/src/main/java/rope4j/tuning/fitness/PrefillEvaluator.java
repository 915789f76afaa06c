package rope4j.tuning.fitness;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import rope4j.diagnosis.Blocks;
import rope4j.diagnosis.Divergence;
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
  private static final String VERSION = "1";

  /// Floats of kept logits: 128 MiB.
  private static final long BUDGET = 32L << 20;

  private final Model model;
  private final Scorer scorer;
  private final Rotations rotations;
  private final EvaluationCache cache;
  private final String fingerprint;
  private final int rows;
  private final Map<String, Map<Integer, float[]>> originals = new HashMap<>();
  private Optional<ModelRotation> last = Optional.empty();
  private String lastKey = "";
  private int prefills;
  private long tokens;
  private long nanos;

  /// @param fingerprint of the model file
  /// @param windows how many different windows will be asked about
  public PrefillEvaluator(
      Model model, Rotations rotations, EvaluationCache cache, String fingerprint, int windows) {
    this.model = model;
    this.scorer = model.scorer();
    this.rotations = rotations;
    this.cache = cache;
    this.fingerprint = fingerprint;
    long most = BUDGET / model.vocabularySize() / Math.max(1, windows);
    this.rows = (int) Math.clamp(most, 1, Math.max(1, model.description().trainedLength() - 1));
  }

  /// Prefills of candidates that were run; what came from the cache is not among them.
  public int prefills() {
    return prefills;
  }

  /// Tokens of these prefills.
  public long tokens() {
    return tokens;
  }

  /// Seconds these prefills took, without what is done with their logits.
  public double seconds() {
    return nanos / 1e9;
  }

  @Override
  public Measurement measure(Candidate candidate, Window window) {
    String key = key(candidate, window);
    Optional<Measurement> known = cache.get(key);
    if (known.isPresent()) {
      return known.get();
    }
    Measurement measured = run(candidate, window);
    cache.put(key, candidate.name(), measured);
    return measured;
  }

  private Measurement run(Candidate candidate, Window window) {
    Map<Integer, float[]> original = original(window);
    double[] divergence = new double[1];
    long[] compared = new long[1];
    LogitsObserver observer =
        new LogitsObserver() {
          @Override
          public boolean wants(int position) {
            return original.containsKey(position);
          }

          @Override
          public void accept(int position, float[] logits) {
            float[] before = original.get(position);
            if (before != null) {
              long since = System.nanoTime();
              divergence[0] += Divergence.nats(before, logits);
              compared[0] += System.nanoTime() - since;
            }
          }
        };
    ModelRotation rotation = rotation(candidate);
    long start = System.nanoTime();
    double[] nll = scorer.score(window.tokens(), 0, rotation, observer, _ -> {});
    nanos += System.nanoTime() - start - compared[0];
    tokens += nll.length + 1;
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
    return new Measurement(text, needles, divergence[0] / original.size());
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

  /// Logits of short text under the original rotation. Position 0 attends only to itself, so no
  /// rotation changes it.
  private Map<Integer, float[]> original(Window window) {
    int trained = window.trainedLength();
    int[] beginning = Arrays.copyOf(window.tokens(), trained);
    return originals.computeIfAbsent(
        Arrays.toString(beginning),
        _ -> {
          Map<Integer, float[]> kept = new HashMap<>();
          for (int row = 0; row < rows; row++) {
            kept.put(1 + (int) ((long) (trained - 1) * row / rows), new float[0]);
          }
          scorer.score(
              beginning,
              0,
              rotations.original(),
              new LogitsObserver() {
                @Override
                public boolean wants(int position) {
                  return kept.containsKey(position);
                }

                @Override
                public void accept(int position, float[] logits) {
                  kept.put(position, logits.clone());
                }
              },
              _ -> {});
          return kept;
        });
  }

  private String key(Candidate candidate, Window window) {
    MessageDigest digest = ModelFingerprint.sha256();
    String question =
        String.join(
            "|",
            VERSION,
            fingerprint,
            model.vectorized() ? "vector" : "scalar",
            candidate.key(),
            Integer.toString(window.trainedLength()),
            Integer.toString(rows),
            window.text().toString(),
            window.answers().toString());
    digest.update(question.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    int[] ids = window.tokens();
    ByteBuffer bytes = ByteBuffer.allocate(ids.length * Integer.BYTES);
    bytes.asIntBuffer().put(ids);
    digest.update(bytes);
    return HexFormat.of().formatHex(digest.digest(), 0, 16);
  }
}

package rope4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.RopeScalingType;
import rope4j.inference.KeyValueType;
import rope4j.inference.Model;
import rope4j.inference.ModelRotation;
import rope4j.inference.Session;
import rope4j.inference.SessionOptions;
import rope4j.inference.SessionOptions.RotationChange;
import rope4j.inference.tokenizer.Tokenizer;
import rope4j.rotation.DynamicNtk;
import rope4j.rotation.LayerRotations;
import rope4j.rotation.Precision;
import rope4j.rotation.RopeParameters;

/// What narrower keys and values cost, and what re-rotated keys under dynamic NTK cost beside keys
/// that are recomputed: the NLL of a text, fed token by token.
///
/// ```sh
/// bench/cache FILE TEXT [WINDOWS]
/// ```
///
/// The text is cut into windows of twice the trained length, each of which begins with the model's
/// first token; types are compared within the trained length, dynamic NTK (factor 1) behind it.
public final class CachePrecision {

  private final Model model;
  private final int[][] windows;
  private final int trained;

  private CachePrecision(Model model, int[][] windows) {
    this.model = model;
    this.windows = windows;
    this.trained = model.description().trainedLength();
  }

  /// Measures one file on one text; see the class.
  public static void main(String[] arguments) throws IOException {
    String text = Files.readString(Path.of(arguments[1]));
    int most = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 10;
    try (Model model = Model.load(Path.of(arguments[0]))) {
      CachePrecision measured = new CachePrecision(model, windows(model, text, most));
      System.out.printf(
          Locale.ROOT, "%d windows of %d tokens%n", measured.windows.length, measured.trained * 2);
      measured.types();
      measured.dynamicNtk();
    }
  }

  private static int[][] windows(Model model, String text, int most) {
    Tokenizer tokenizer = model.tokenizer();
    int first = tokenizer.bos().orElseThrow();
    int[] ids =
        text.lines()
            .flatMapToInt(line ->
                IntStream.concat(IntStream.of(first), Arrays.stream(tokenizer.encode(line))))
            .toArray();
    int length = 2 * model.description().trainedLength();
    return IntStream.range(0, Math.min(most, ids.length / (length - 1)))
        .mapToObj(window ->
            IntStream.concat(
                    IntStream.of(first),
                    Arrays.stream(ids, window * (length - 1), (window + 1) * (length - 1)))
                .toArray())
        .toArray(int[][]::new);
  }

  private void types() {
    ModelRotation rotation = model.rotation(RopeOverrides.NONE, trained);
    double[] exact = losses(rotation, SessionOptions.EXACT, 1, trained);
    for (KeyValueType type : KeyValueType.values()) {
      try {
        SessionOptions options = SessionOptions.EXACT.withTypes(type, type);
        report(type.label(), losses(rotation, options, 1, trained), exact);
      } catch (IllegalArgumentException e) {
        System.out.println(type.label() + ": " + e.getMessage());
      }
    }
  }

  private void dynamicNtk() {
    RopeParameters plain =
        model.rope(RopeOverrides.NONE.withScalingType(RopeScalingType.NONE), trained);
    ModelRotation growing =
        model.rotationByLength(
            LayerRotations.uniform(
                plain.withScaling(new DynamicNtk(1, trained)), model.description().layers()),
            Precision.LLAMA_CPP);
    double[] exact = losses(growing, SessionOptions.EXACT, trained, 2 * trained);
    report("dynamic NTK, recomputed", exact, exact);
    SessionOptions turned = SessionOptions.EXACT.withChange(RotationChange.REROTATE, 1);
    report("dynamic NTK, re-rotated", losses(growing, turned, trained, 2 * trained), exact);
  }

  /// The NLL of the tokens at positions `from` to `to` of all windows, each given all before it.
  private double[] losses(ModelRotation rotation, SessionOptions options, int from, int to) {
    double[] losses = new double[windows.length * (to - from)];
    int at = 0;
    for (int[] window : windows) {
      Session session = model.session(rotation, to, options);
      float[] logits = session.feed(Arrays.copyOf(window, from));
      for (int position = from; position < to; position++) {
        losses[at++] = nll(logits, window[position]);
        logits = session.feed(window[position]);
      }
    }
    return losses;
  }

  private static double nll(float[] logits, int token) {
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - logits[token]);
    }
    return Math.log(sum);
  }

  private static void report(String name, double[] losses, double[] exact) {
    double most = 0;
    double sum = 0;
    for (int i = 0; i < losses.length; i++) {
      double change = Math.abs(losses[i] - exact[i]);
      most = Math.max(most, change);
      sum += change;
    }
    System.out.printf(
        Locale.ROOT,
        "%-24s %.4f nats a token; single tokens differ by %.5f on average, %.3f at most%n",
        name,
        Arrays.stream(losses).average().orElse(Double.NaN),
        sum / losses.length,
        most);
  }
}

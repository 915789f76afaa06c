package rope4j.lab.training;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import rope4j.lab.model.LanguageModel;
import rope4j.lab.model.LibTorch;
import rope4j.lab.model.PositionEncoding;
import rope4j.lab.model.Positions;

/// What a model made of the targets of a batch.
///
/// @param nll `-ln p` of each target, nats, `[sequence][position]`; NaN where none was asked for
/// @param right whether the likeliest token was the target; false where none was asked for
public record Evaluation(double[][] nll, boolean[][] right) {

  /// Tokens that are read together.
  private static final int TOKENS = 4096;

  public Evaluation {
    nll = Arrays.stream(nll).map(double[]::clone).toArray(double[][]::new);
    right = Arrays.stream(right).map(boolean[]::clone).toArray(boolean[][]::new);
  }

  /// Asks a model.
  ///
  /// @param encoding the one it was trained under, or another of its kind: a rotation under another
  ///   scaling
  /// @throws IllegalArgumentException when the model can't be asked under this encoding, or its
  ///   learned positions end before the batch does
  public static Evaluation of(LanguageModel model, PositionEncoding encoding, Batch batch) {
    double[][] nll = new double[batch.sequences()][];
    boolean[][] right = new boolean[batch.sequences()][];
    int together = Math.max(1, TOKENS / batch.length());
    try (Positions positions = model.positions(encoding, batch.length())) {
      for (int from = 0; from < batch.sequences(); from += together) {
        int to = Math.min(batch.sequences(), from + together);
        ask(model, positions, batch.rows(from, to), from, nll, right);
      }
    }
    return new Evaluation(nll, right);
  }

  private static void ask(
      LanguageModel model,
      Positions positions,
      Batch batch,
      int from,
      double[][] nll,
      boolean[][] right) {
    try (var _ = new PointerScope();
        var _ = new NoGradGuard()) {
      int length = batch.length();
      long[] targets = batch.flatTargets();
      int[] asked = IntStream.range(0, targets.length).filter(i -> targets[i] >= 0).toArray();
      for (int s = from; s < from + batch.sequences(); s++) {
        nll[s] = new double[length];
        Arrays.fill(nll[s], Double.NaN);
        right[s] = new boolean[length];
      }
      if (asked.length == 0) {
        return;
      }
      Tensor tokens = LibTorch.indices(batch.flatInputs(), batch.sequences(), length);
      Tensor places = LibTorch.indices(IntStream.of(asked).asLongStream().toArray(), asked.length);
      Tensor hidden = model.hidden(tokens, positions, Optional.of(places));
      Tensor logs = torch.log_softmax(model.logits(hidden), -1);
      long[] wanted = IntStream.of(asked).mapToLong(i -> targets[i]).toArray();
      float[] found = LibTorch.values(logs.gather(1, LibTorch.indices(wanted, wanted.length, 1)));
      long[] best = new long[asked.length];
      try (LongPointer data =
          torch.argmax(logs, new org.bytedeco.pytorch.LongOptional(1), false).data_ptr_long()) {
        data.get(best);
      }
      for (int i = 0; i < asked.length; i++) {
        int sequence = from + asked[i] / length;
        int position = asked[i] % length;
        nll[sequence][position] = -found[i];
        right[sequence][position] = best[i] == wanted[i];
      }
    }
  }

  /// Mean over all targets, nats; NaN without any.
  public double meanNll() {
    return Arrays.stream(nll)
        .flatMapToDouble(Arrays::stream)
        .filter(value -> !Double.isNaN(value))
        .average()
        .orElse(Double.NaN);
  }

  /// Share of right answers among the targets; NaN without any.
  public double accuracy() {
    int asked = 0;
    int correct = 0;
    for (int s = 0; s < nll.length; s++) {
      for (int p = 0; p < nll[s].length; p++) {
        asked += Double.isNaN(nll[s][p]) ? 0 : 1;
        correct += right[s][p] ? 1 : 0;
      }
    }
    return asked == 0 ? Double.NaN : (double) correct / asked;
  }

  @Override
  public double[][] nll() {
    return Arrays.stream(nll).map(double[]::clone).toArray(double[][]::new);
  }

  @Override
  public boolean[][] right() {
    return Arrays.stream(right).map(boolean[]::clone).toArray(boolean[][]::new);
  }
}

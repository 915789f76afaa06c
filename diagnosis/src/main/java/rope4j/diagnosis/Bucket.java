package rope4j.diagnosis;

import java.util.ArrayList;
import java.util.List;

/// Neighbouring positions, measured together.
///
/// @param from first position: the prediction made after this token
/// @param to position after the last
/// @param nll nats under the strategy
/// @param control nats for the same tokens under the original rotation, in windows no longer than
///   the trained length
/// @param benefit control minus strategy, paired token by token: above 0 the longer context helps,
///   below 0 it harms
public record Bucket(int from, int to, Interval nll, Interval control, Interval benefit) {

  /// Edges of the buckets of a context: halves of the trained length, then about two per doubling.
  ///
  /// For a trained length of 256 and a context of 2048: 0, 128, 256, 384, 512, 768, 1024, 1536,
  /// 2047. The last position predicts nothing that was measured.
  static List<Integer> edges(int trainedLength, int contextLength) {
    int last = contextLength - 1;
    List<Integer> edges = new ArrayList<>();
    edges.add(0);
    add(edges, trainedLength / 2, last);
    // Never left out, however little comes after it: it is where a break may begin.
    edges.add(trainedLength);
    for (long octave = trainedLength; octave < last; octave *= 2) {
      add(edges, octave + octave / 2, last);
      add(edges, octave * 2, last);
    }
    edges.add(last);
    return List.copyOf(edges);
  }

  private static void add(List<Integer> edges, long edge, int last) {
    // A sliver at the end would be measured from a handful of tokens.
    if (edge > edges.getLast() && edge + edge / 8 < last) {
      edges.add((int) edge);
    }
  }
}

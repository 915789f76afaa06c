package rope4j.diagnosis.probe.copy;

import rope4j.diagnosis.probe.attention.ScoreTap;

/// Counts how often each head attends most to the token that is copied next.
final class HeadMeter implements ScoreTap.Sink {

  private final int distance;
  private final int heads;
  private final int[] hits;
  private final int[] counts;

  /// @param distance from the repeat back to the segment
  HeadMeter(int distance, int layers, int heads) {
    this.distance = distance;
    this.heads = heads;
    hits = new int[layers * heads];
    counts = new int[layers * heads];
  }

  @Override
  public void accept(int layer, int head, int position, double[] scores) {
    int most = position;
    for (int p = 0; p < position; p++) {
      most = scores[p] > scores[most] ? p : most;
    }
    int index = layer * heads + head;
    hits[index] += most == position - distance + 1 ? 1 : 0;
    counts[index]++;
  }

  /// A share per layer and head; −1 for layers that were not looked at.
  double[] values() {
    double[] values = new double[hits.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = counts[i] == 0 ? -1 : (double) hits[i] / counts[i];
    }
    return values;
  }
}

package rope4j.lab.result;

import java.util.List;

/// One number over several seeds.
///
/// @param mean over the seeds
/// @param spread standard deviation over the seeds; 0 for one seed
/// @param seeds how many
public record Cell(double mean, double spread, int seeds) {

  static Cell of(List<Double> values) {
    double mean = values.stream().mapToDouble(v -> v).average().orElse(Double.NaN);
    double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
    int n = values.size();
    return new Cell(mean, n < 2 ? 0 : Math.sqrt(squares / (n - 1)), n);
  }
}

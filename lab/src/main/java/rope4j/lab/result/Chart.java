package rope4j.lab.result;

import java.util.List;

/// Lines over a common axis.
///
/// @param name of a file without its ending
/// @param title what it shows
/// @param across name of the horizontal axis
/// @param upward name of the vertical axis
/// @param trainedLength where the trained length ends on the horizontal axis
/// @param lines at least one
record Chart(
    String name, String title, String across, String upward, int trainedLength, List<Line> lines) {

  /// One line.
  ///
  /// @param label what it is about
  /// @param points from left to right
  record Line(String label, List<Point> points) {
    Line {
      points = List.copyOf(points);
    }
  }

  record Point(double x, double y) {}

  Chart {
    lines = List.copyOf(lines);
  }

  double right() {
    return points().mapToDouble(Point::x).max().orElse(1);
  }

  double left() {
    return Math.min(points().mapToDouble(Point::x).min().orElse(0), trainedLength);
  }

  /// A round number above all values.
  double top() {
    double greatest = points().mapToDouble(Point::y).max().orElse(1);
    double step = step(greatest);
    return Math.max(step, Math.ceil(greatest / step - 1e-9) * step);
  }

  /// Distance of the grid's lines for values up to a number.
  static double step(double greatest) {
    double power = Math.pow(10, Math.floor(Math.log10(Math.max(greatest, 1e-6) / 5)));
    for (int nice : new int[] {1, 2, 5}) {
      if (greatest / (nice * power) <= 5) {
        return nice * power;
      }
    }
    return 10 * power;
  }

  private java.util.stream.Stream<Point> points() {
    return lines.stream().flatMap(line -> line.points().stream());
  }
}

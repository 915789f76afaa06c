package rope4j.lab.result;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.ImageIO;
import rope4j.checkpoint.CheckpointException;

/// A chart as a picture.
final class PngChart {

  private static final int WIDTH = 1200;
  private static final int HEIGHT = 640;
  private static final int LEFT = 80;
  private static final int RIGHT = 330;
  private static final int TOP = 60;
  private static final int BOTTOM = 70;

  /// Okabe and Ito's colours, which the colour-blind tell apart, and two more.
  static final String[] COLORS = {
    "#000000", "#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f"
  };

  private final Chart chart;
  private final Graphics2D pen;

  private PngChart(Chart chart, Graphics2D pen) {
    this.chart = chart;
    this.pen = pen;
  }

  static void write(Path file, Chart chart) {
    // No display is needed, nor looked for.
    System.setProperty("java.awt.headless", "true");
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D pen = image.createGraphics();
    new PngChart(chart, pen).draw();
    pen.dispose();
    try {
      if (!ImageIO.write(image, "png", file.toFile())) {
        throw new IllegalStateException("this Java can't write PNG files");
      }
    } catch (IOException e) {
      throw new CheckpointException(
          file + ": the picture can't be written (" + e.getMessage() + ")", e);
    }
  }

  private void draw() {
    pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    pen.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    pen.setColor(Color.WHITE);
    pen.fillRect(0, 0, WIDTH, HEIGHT);
    pen.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 20));
    pen.setColor(Color.BLACK);
    pen.drawString(chart.title(), LEFT, 34);
    pen.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 15));
    grid();
    for (int i = 0; i < chart.lines().size(); i++) {
      line(i, chart.lines().get(i));
    }
  }

  private void grid() {
    double step = Chart.step(chart.top());
    for (double value = 0; value <= chart.top() + step / 2; value += step) {
      pen.setColor(new Color(0xDDDDDD));
      pen.draw(new Line2D.Double(LEFT, y(value), WIDTH - RIGHT, y(value)));
      pen.setColor(Color.DARK_GRAY);
      pen.drawString(number(value), LEFT - 45, (int) y(value) + 5);
    }
    pen.setColor(Color.GRAY);
    double trained = x(chart.trainedLength());
    pen.draw(new Line2D.Double(trained, TOP, trained, HEIGHT - BOTTOM));
    pen.drawString("trained length", (int) trained + 5, HEIGHT - BOTTOM - 8);
    double right = chart.right();
    for (double at = chart.trainedLength(); at <= right; at += chart.trainedLength()) {
      pen.drawString(number(at), (int) x(at) - 12, HEIGHT - BOTTOM + 22);
    }
    pen.drawString(chart.across(), (WIDTH - RIGHT + LEFT) / 2 - 100, HEIGHT - 16);
    pen.drawString(chart.upward(), 8, TOP - 5);
  }

  private void line(int index, Chart.Line line) {
    pen.setColor(Color.decode(COLORS[index % COLORS.length]));
    float[] dash = index < COLORS.length ? null : new float[] {8, 5};
    pen.setStroke(new BasicStroke(2.5f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND, 1, dash, 0));
    if (!line.points().isEmpty()) {
      Path2D path = new Path2D.Double();
      path.moveTo(x(line.points().getFirst().x()), y(line.points().getFirst().y()));
      line.points().forEach(point -> path.lineTo(x(point.x()), y(point.y())));
      pen.draw(path);
      line.points()
          .forEach(point ->
              pen.fill(new Ellipse2D.Double(x(point.x()) - 3.5, y(point.y()) - 3.5, 7, 7)));
    }
    int at = TOP + 12 + 26 * index;
    pen.draw(new Line2D.Double(WIDTH - RIGHT + 20, at - 5, WIDTH - RIGHT + 50, at - 5));
    pen.setStroke(new BasicStroke(1));
    pen.drawString(line.label(), WIDTH - RIGHT + 60, at);
  }

  private double x(double value) {
    double width = Math.max(1, chart.right() - chart.left());
    return LEFT + (WIDTH - RIGHT - LEFT) * (value - chart.left()) / width;
  }

  private double y(double value) {
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / chart.top();
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? String.valueOf((long) value)
        : String.format(Locale.ROOT, "%.2f", value);
  }
}

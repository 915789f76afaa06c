package rope4j.cli;

import java.io.PrintWriter;
import java.util.Locale;
import rope4j.checkpoint.config.LayerRope;
import rope4j.checkpoint.config.RopeReading;
import rope4j.rotation.Frequencies;

/// A reading for the terminal: one table a layer type, at most 100 columns wide.
final class FrequencyTable {

  private static final int WIDTH = 100;

  private FrequencyTable() {}

  static void print(PrintWriter out, String model, RopeReading reading) {
    wrap(
        out,
        "",
        model
            + " as "
            + reading.dialect().title()
            + " reads it, for a context of "
            + reading.contextLength()
            + " tokens");
    for (LayerRope layer : reading.layers()) {
      out.println();
      print(out, layer);
    }
    if (!reading.warnings().isEmpty()) {
      out.println();
      reading.warnings().forEach(warning -> wrap(out, "! ", warning));
    }
  }

  private static void print(PrintWriter out, LayerRope layer) {
    Frequencies scaled = layer.frequencies();
    wrap(
        out,
        "",
        String.format(
            Locale.ROOT,
            "%s: %s, base %s, %d of %d channels, %s pairing, trained on %d tokens",
            layer.layerType().orElse("all rotating layers"),
            layer.ropeType(),
            plain(layer.base()),
            layer.rotaryDimension(),
            layer.headDimension(),
            layer.pairing().name().toLowerCase(Locale.ROOT),
            layer.trainedLength()));
    out.printf(
        Locale.ROOT,
        "attention factor %.7g, softmax scale x %.7g%n",
        scaled.attentionFactor(),
        scaled.softmaxScaleMultiplier());
    out.println(
        "pair  inverse frequency     wavelength  trained turns  scaled wavelength      ratio");
    Frequencies unscaled = layer.unscaled();
    for (int i = 0; i < scaled.pairs(); i++) {
      double wavelength = unscaled.wavelength(i);
      out.printf(
          Locale.ROOT,
          "%4d  %17.10g %14.7g  %13.6g  %17s %10s%n",
          i,
          scaled.inverse(i),
          wavelength,
          layer.trainedLength() / wavelength,
          scaled.inverse(i) == 0
              ? "stands"
              : String.format(Locale.ROOT, "%.7g", scaled.wavelength(i)),
          scaled.inverse(i) == 0
              ? "-"
              : String.format(Locale.ROOT, "%.5g", scaled.wavelength(i) / wavelength));
    }
  }

  /// Without a point where it has no fraction.
  private static String plain(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? String.valueOf((long) value)
        : String.valueOf(value);
  }

  private static void wrap(PrintWriter out, String mark, String text) {
    StringBuilder line = new StringBuilder(mark);
    int bare = line.length();
    for (String word : PlainWriter.line(text).split(" ", -1)) {
      if (line.length() > bare && line.length() + 1 + word.length() > WIDTH) {
        out.println(line);
        line = new StringBuilder(" ".repeat(mark.length()));
        bare = line.length();
      }
      line.append(line.length() > bare ? " " : "").append(word);
    }
    out.println(line);
  }
}

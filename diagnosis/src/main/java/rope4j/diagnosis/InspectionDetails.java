package rope4j.diagnosis;

import java.util.Locale;
import java.util.OptionalDouble;
import rope4j.diagnosis.inspection.Inspection;
import rope4j.diagnosis.inspection.LayerForecast;
import rope4j.diagnosis.prediction.Aliasing;
import rope4j.diagnosis.prediction.AnglePrecision;
import rope4j.diagnosis.prediction.BaseBound;
import rope4j.diagnosis.prediction.Forecast;
import rope4j.diagnosis.prediction.Outlook;
import rope4j.diagnosis.prediction.PairForecast;
import rope4j.diagnosis.prediction.Resolution;
import rope4j.diagnosis.prediction.Temperature;
import rope4j.diagnosis.text.TerminalText;

/// What only `--verbose` shows.
final class InspectionDetails {

  /// Beyond this the search for the smallest base takes seconds.
  private static final int LONGEST_SEARCH = 131_072;

  private final Inspection inspection;
  private final TerminalText out;

  InspectionDetails(Inspection inspection, TerminalText out) {
    this.inspection = inspection;
    this.out = out;
  }

  /// Every value and where it stands.
  void facts() {
    out.line("");
    inspection
        .facts()
        .named()
        .forEach((name, stated) -> {
          out.wrap(
              format("%-22s", name),
              22,
              format("%s  %s", stated.value(), out.dim(stated.evidence().toString())));
        });
    inspection.rotation().warnings().forEach(warning -> out.wrap("reader's note: ", 15, warning));
  }

  void layers() {
    for (LayerForecast layer : inspection.rotation().layers()) {
      out.line("");
      out.line(
          out.bold(
              layer.layerType().map(type -> type.replace('_', ' ')).orElse("every rotating layer")
                  + format(" at a distance of %,d tokens", layer.reach())));
      measures(layer);
      layer.outlook().ifPresent(this::strategies);
      pairs(layer);
    }
  }

  private void measures(LayerForecast layer) {
    Forecast forecast = layer.first();
    Temperature temperature = forecast.temperature();
    fact(
        "temperature",
        format(
            "logits × %.4g; YaRN would ask for %.4g, LongRoPE for %.4g",
            temperature.logitScale(), temperature.yarn(), temperature.longRope()));
    Resolution resolution = forecast.resolution();
    fact(
        "neighbours",
        format(
            "fastest pair keeps %.3g of its angle; %d of %d pairs are blurred in bfloat16 (%d before"
                + " scaling)",
            1 - resolution.fastestLoss(),
            resolution.blurredPairs(),
            layer.pairs().size(),
            resolution.blurredPairsTrained()));
    BaseBound bound = forecast.baseBound();
    fact(
        "base bound",
        bound.holds()
            ? format("holds over all %,d tokens", bound.searchedTo())
            : format("ends at %,d tokens", bound.largestContext())
                + smallestBase(layer)
                + " (an indicator: good models exceed it)");
    Aliasing aliasing = forecast.aliasing();
    fact(
        "aliasing",
        format(
            "%d pairs do not repeat; farther keys win over nearer ones in %.1f %% of distances; equal"
                + " in bfloat16 in %.2f %%",
            aliasing.unambiguousPairs(),
            100 * aliasing.inversionShare(),
            100 * aliasing.equalScoreShare()));
    AnglePrecision precision = forecast.anglePrecision();
    fact(
        "precision",
        format(
            "float32 angles are off by up to %.2g radians%s; bfloat16 positions step by %,d",
            precision.float32Bound(),
            recurrence(precision.float32Recurrence()),
            precision.bfloat16PositionStep()));
  }

  private static String recurrence(OptionalDouble error) {
    return error.isPresent() ? format(" (by recurrence %.2g)", error.getAsDouble()) : "";
  }

  private String smallestBase(LayerForecast layer) {
    if (layer.reach() > LONGEST_SEARCH || layer.rope().rotaryDimension() % 2 != 0) {
      return "";
    }
    OptionalDouble base = BaseBound.smallestBase(layer.rope().rotaryDimension(), layer.reach());
    return base.isPresent() ? format("; unscaled it takes a base of %.3g", base.getAsDouble()) : "";
  }

  private void strategies(Outlook outlook) {
    out.line("");
    out.line(
        out.bold(
            format(
                "%-28s %12s %14s %14s %14s", "strategy", "unseen", "at most", "radians", "shift")));
    for (Outlook.Option option : outlook.options()) {
      Forecast forecast = option.forecast();
      out.line(
          format(
              "%-28s %6d of %2d %13.3g× %14.3f %14.3f",
              option.name(),
              forecast.unseenPairs(),
              forecast.pairs().size(),
              forecast.largestOverrun(),
              forecast.unseenRadians(),
              forecast.shiftRadians()));
    }
    out.wrap("", 0, outlook.conclusion());
  }

  private void pairs(LayerForecast layer) {
    out.line("");
    out.line(
        out.bold(
            format(
                "%4s %14s %14s %14s %12s %10s %10s",
                "pair", "frequency", "in use", "wavelength", "turns", "unseen", "shift")));
    for (PairForecast pair : layer.pairs()) {
      String row =
          format(
              "%4d %14.6g %14.6g %14.6g %12.4g %10.4f %10.4f",
              pair.index(),
              pair.inverseFrequency(),
              pair.scaledInverseFrequency(),
              pair.wavelength(),
              pair.trainedTurns(),
              pair.unseenRadians(),
              pair.shiftRadians());
      out.line(pair.seesUnseenAngles() ? out.ansi("31", row) : row);
    }
    out.line(out.dim("frequencies in radians per token, wavelengths in tokens, angles in radians"));
  }

  private void fact(String name, String text) {
    out.wrap(format("%-14s", name), 14, text);
  }

  private static String format(String pattern, Object... arguments) {
    return String.format(Locale.ROOT, pattern, arguments);
  }
}

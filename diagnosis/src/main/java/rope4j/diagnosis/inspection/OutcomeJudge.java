package rope4j.diagnosis.inspection;

import java.util.Locale;
import java.util.Optional;
import rope4j.checkpoint.ModelFacts;
import rope4j.diagnosis.inspection.Outcome.Level;
import rope4j.diagnosis.recipe.Extension;
import rope4j.diagnosis.recipe.Recipe;

/// Puts into a sentence what the forecast means.
final class OutcomeJudge {

  private final ModelFacts facts;
  private final Lengths lengths;
  private final Training training;
  private final RotationReading rotation;
  private final Advice advice;

  OutcomeJudge(
      ModelFacts facts,
      Lengths lengths,
      Training training,
      RotationReading rotation,
      Advice advice) {
    this.facts = facts;
    this.lengths = lengths;
    this.training = training;
    this.rotation = rotation;
    this.advice = advice;
  }

  Outcome outcome() {
    if (facts.rotaryDimension().value() < 2) {
      return unrotated();
    }
    if (rotation.layers().isEmpty()) {
      return new Outcome(
          Level.UNKNOWN, "How it rotates can't be told: " + rotation.reason().orElse("") + ".");
    }
    LayerForecast worst = worst();
    if (worst.undone() && lengths.requested() <= training.length()) {
      return undone();
    }
    return worst.unseenPairs() > 0
        ? new Outcome(Level.BEYOND, unseen(worst))
        : nothingUnseen(worst);
  }

  private Outcome unrotated() {
    String text =
        facts.architecture().value()
            + " has no rotary embedding, so no scaling of a rotation applies to it";
    return lengths.requested() > lengths.advertised()
        ? new Outcome(
            Level.BEYOND,
            text
                + format("; it advertises %,d tokens, fewer than asked for.", lengths.advertised()))
        : new Outcome(Level.UNKNOWN, text + ".");
  }

  /// The layers at most risk speak for the model.
  private LayerForecast worst() {
    LayerForecast worst = rotation.layers().getFirst();
    for (LayerForecast layer : rotation.layers()) {
      boolean moreUndone = layer.undone() && !worst.undone();
      boolean moreUnseen =
          layer.undone() == worst.undone() && layer.unseenPairs() > worst.unseenPairs();
      if (moreUndone || moreUnseen) {
        worst = layer;
      }
    }
    return worst;
  }

  /// A linear scaling moves neighbours too; the others leave the fast pairs alone, which carry
  /// short distances.
  private Outcome undone() {
    boolean everywhere = facts.ropeType().value().equals("linear");
    String text =
        (rotation.launched() ? "This command line" : rotation.engine().title())
            + format(
                " does not rotate with the %s scaling that the weights were trained with: ",
                facts.ropeType().value())
            + (everywhere
                ? "positions are wrong from the start."
                : format("expect it to break down past %,d.", lengths.trained()));
    return new Outcome(
        everywhere || lengths.requested() > lengths.trained() ? Level.BEYOND : Level.EXTENDED,
        text);
  }

  private String unseen(LayerForecast layer) {
    int turning = layer.pairs().size();
    StringBuilder text = new StringBuilder();
    text.append(
        format(
            "At %,d tokens %d of %d pairs%s reach angles unseen in training, %s: expect it to break"
                + " down past %,d.",
            lengths.requested(),
            layer.unseenPairs(),
            turning,
            layer.layerType().map(type -> " of the " + type + " layers").orElse(""),
            Double.isInfinite(layer.largestOverrun())
                ? "some of which stood still"
                : format("up to %.3g times the arc they know", layer.largestOverrun()),
            training.length()));
    remedy().ifPresent(text::append);
    return text.toString();
  }

  private Optional<String> remedy() {
    boolean shown = advice.recipes().stream().anyMatch(Recipe::possible);
    return advice
        .extension()
        .filter(extension -> shown || extension instanceof Extension.Native)
        .flatMap(extension ->
            switch (extension) {
              case Extension.Native _ when training.withScaling() ->
                  Optional.of(" Its own scaling can't be widened: stay within that length.");
              case Extension.Native _ -> Optional.empty();
              case Extension.Yarn(double factor, int original) when !training.withScaling() ->
                  Optional.of(
                      format(
                          " The recipe is YaRN by %s from %,d; rope doctor measures it.",
                          trim(factor), original));
              default ->
                  Optional.of(
                      " The recipe widens its own scaling, which the weights were not trained for:"
                          + " rope doctor measures what that does.");
            });
  }

  private Outcome nothingUnseen(LayerForecast layer) {
    boolean scaled = layer.first().shiftRadians() > 0;
    boolean within = lengths.requested() <= training.length();
    if (training.withScaling() && within) {
      return new Outcome(Level.TRAINED, withinOwn());
    }
    if (within && !scaled) {
      return new Outcome(
          Level.TRAINED, format("%,d tokens are within the trained length.", lengths.requested()));
    }
    if (within) {
      return new Outcome(
          Level.EXTENDED,
          format(
              "%,d tokens are within the length before scaling, and the scaling moves angles there:"
                  + " right for weights trained with it, a loss for others.",
              lengths.requested()));
    }
    if (scaled) {
      return new Outcome(
          Level.EXTENDED,
          format(
              "The scaling keeps all %d pairs within angles seen in training at %,d tokens. The weights"
                  + " were not trained with it: rope doctor measures what it costs.",
              layer.pairs().size(), lengths.requested()));
    }
    return new Outcome(
        Level.BEYOND,
        format(
            "No single pair meets a new angle, but %,d tokens are past the %,d trained on, unscaled:"
                + " rope doctor measures whether it holds.",
            lengths.requested(), training.length()));
  }

  private String withinOwn() {
    String scaling = facts.ropeType().value();
    return training
        .family()
        .filter(_ -> training.scaling() == Training.Scaled.KNOWN)
        .map(family ->
            format(
                "%,d tokens are within what %s was trained for with its %s scaling.",
                lengths.requested(), family, scaling))
        .orElseGet(() ->
            format(
                "%,d tokens are within what the files advertise with their %s scaling, and such"
                    + " models were usually trained with it.",
                lengths.requested(), scaling));
  }

  private static String trim(double value) {
    return value == Math.rint(value) ? format("%.0f", value) : format("%.3g", value);
  }

  private static String format(String pattern, Object... arguments) {
    return String.format(Locale.ROOT, pattern, arguments);
  }
}

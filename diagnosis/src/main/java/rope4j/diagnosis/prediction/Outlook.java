package rope4j.diagnosis.prediction;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import rope4j.rotation.Frequencies;
import rope4j.rotation.Hope;
import rope4j.rotation.Linear;
import rope4j.rotation.NtkAware;
import rope4j.rotation.PRope;
import rope4j.rotation.Proportional;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Scaling;
import rope4j.rotation.Unscaled;
import rope4j.rotation.Yarn;

/// The ordinary strategies side by side for one kind of layer: which leaves the fewest angles that
/// the layer never saw.
///
/// @param model the layer as it is configured; its trained length is the one before any scaling
/// @param targetLength tokens it shall run on, at least 1: what strategies extend to
/// @param reach the largest distance between two tokens that attend to each other, at least 1: what
///   angles are told for; less than the target length where attention has a window
public record Outlook(RopeParameters model, int targetLength, int reach) {

  /// Sums of radians closer than this are equal.
  private static final double ROUNDING = 1e-9;

  public Outlook {
    Arguments.atLeast(2, "the trained length", model.trainedLength());
    Arguments.atLeast(1, "the target length", targetLength);
    Arguments.atLeast(1, "the reach of attention", reach);
  }

  /// Where every token sees all before it.
  public Outlook(RopeParameters model, int targetLength) {
    this(model, targetLength, targetLength);
  }

  /// One strategy and what it would do.
  ///
  /// @param scaling the rule
  /// @param modelsOwn whether the model is configured with it
  /// @param forecast what it does at the target length
  public record Option(Scaling scaling, boolean modelsOwn, Forecast forecast) {

    /// The rule's name; that of the model's own says so.
    public String name() {
      return modelsOwn ? "the model's own " + scaling.name() : scaling.name();
    }
  }

  /// The model's own scaling if it has one, then unscaled, and for a target beyond the trained
  /// length linear, NTK-aware and YaRN by the extension. NTK-aware is not defined for a rotary
  /// dimension of 2 and left out there.
  public List<Option> options() {
    List<Option> options = new ArrayList<>();
    if (!(model.scaling() instanceof Unscaled)) {
      options.add(option(model.scaling(), true));
    }
    options.add(option(new Unscaled(), false));
    int trained = model.trainedLength();
    if (targetLength > trained) {
      double extension = (double) targetLength / trained;
      options.add(option(new Linear(extension), false));
      if (model.rotaryDimension() > 2) {
        options.add(option(new NtkAware(extension), false));
      }
      options.add(option(new Yarn(extension, trained), false));
    }
    return List.copyOf(options);
  }

  /// The model's own scaling, if it has one.
  public Optional<Option> own() {
    return options().stream().filter(Option::modelsOwn).findFirst();
  }

  /// The strategies that leave the fewest unseen radians; of equals the one first that shifts the
  /// trained angles least.
  public List<Option> leastUnseen() {
    List<Option> options = options();
    double least =
        options.stream().mapToDouble(option -> option.forecast().unseenRadians()).min().orElse(0);
    return options.stream()
        .filter(option -> option.forecast().unseenRadians() <= least + ROUNDING)
        .sorted(Comparator.comparingDouble(option -> option.forecast().shiftRadians()))
        .toList();
  }

  /// What [#leastUnseen] says, in one sentence.
  public String conclusion() {
    List<Option> least = leastUnseen();
    Option first = least.getFirst();
    int unseen = first.forecast().unseenPairs();
    String left =
        unseen == 0
            ? "no angle unseen in training"
            : unseen + " of " + model.pairs() + " pairs with angles unseen in training";
    String at = "At " + targetLength + " tokens ";
    if (least.size() == 1) {
      return at + first.name() + " leaves the least, " + left + ".";
    }
    String names = least.stream().map(Option::name).collect(Collectors.joining(", "));
    return at
        + ("these leave the least, " + left + ": " + names + "; ")
        + (first.name() + " shifts trained angles least.");
  }

  /// Tokens that such models tend to make good use of: half the trained length, because larger
  /// distances are rare in training text. A prior to set measurements against.
  ///
  /// Source: An et al., STRING, arXiv 2410.18745.
  public int expectedEffectiveLength() {
    return model.trainedLength() / 2;
  }

  private Option option(Scaling scaling, boolean own) {
    return new Option(
        scaling,
        own,
        new Forecast(
            trainedFrequencies(),
            model.withScaling(scaling).frequencies(targetLength),
            model.trainedLength(),
            reach));
  }

  /// Rules that stop pairs are part of what was trained; all others were put on it.
  private Frequencies trainedFrequencies() {
    Scaling trained =
        switch (model.scaling()) {
          case PRope rule -> rule;
          case Hope rule -> rule;
          case Proportional(int turningPairs, double _) -> new Proportional(turningPairs, 1);
          default -> new Unscaled();
        };
    return model.withScaling(trained).frequencies(model.trainedLength());
  }
}

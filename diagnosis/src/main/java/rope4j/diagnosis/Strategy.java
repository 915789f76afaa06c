package rope4j.diagnosis;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.RopeScalingType;
import rope4j.diagnosis.recipe.Extension;
import rope4j.inference.Model;
import rope4j.rotation.Linear;
import rope4j.rotation.NtkAware;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Scaling;
import rope4j.rotation.Unscaled;
import rope4j.rotation.Yarn;

/// A way to run a model past its trained length, as flags of llama.cpp: what is measured is what
/// those flags do to a GGUF file, and for a folder the keys of `config.json` that mean the same.
///
/// @param name `unscaled`, `linear`, `ntk-aware`, `yarn` or `file`; with `:factor` where one was
///   asked for
/// @param scaling the rule by its own name; for `file`, what the file's keys resolve to
/// @param flags the flags that make llama.cpp apply it
public record Strategy(String name, Scaling scaling, RopeOverrides flags) {

  private static final String KNOWN = "unscaled, linear, ntk-aware, yarn, file";

  /// The scaling switched off: the base and frequency factors the model was trained with.
  public static Strategy unscaled() {
    return new Strategy("unscaled", new Unscaled(), original());
  }

  /// The strategies compared when none is named: unscaled, linear, NTK-aware and YaRN at the factor
  /// context length / trained length, and the file's own scaling where it has one.
  public static List<Strategy> defaults(Model model, int contextLength) {
    Stream<String> names = Stream.of("unscaled", "linear", "ntk-aware", "yarn");
    if (fileHasScaling(model)) {
      names = Stream.concat(names, Stream.of("file"));
    }
    return names.map(name -> parse(name, model, contextLength)).toList();
  }

  /// Reads `name` or `name:factor`; without a factor it is context length / trained length.
  ///
  /// @throws IllegalArgumentException when the name is not known, the factor is not a number above
  ///   0, or the method can't be applied to the model
  public static Strategy parse(String text, Model model, int contextLength) {
    String[] parts = text.trim().split(":", 2);
    String method = parts[0].toLowerCase(Locale.ROOT);
    double factor =
        parts.length == 2
            ? factor(text, parts[1])
            : (double) contextLength / model.description().trainedLength();
    boolean takesFactor = !method.equals("unscaled") && !method.equals("file");
    if (parts.length == 2 && !takesFactor) {
      throw new IllegalArgumentException(
          "strategy '" + method + "' takes no factor, but '" + text + "' gives one");
    }
    String name = parts.length == 2 ? method + ":" + trim(factor) : method;
    return switch (method) {
      case "unscaled" -> unscaled();
      case "linear" ->
          new Strategy(
              name,
              new Linear(factor),
              RopeOverrides.NONE.withScalingType(RopeScalingType.LINEAR).withScale(factor));
      case "ntk-aware" -> {
        NtkAware ntk = new NtkAware(factor);
        yield new Strategy(
            name,
            ntk,
            original().withFrequencyBase(ntk.scaledBase(originalRotation(model, contextLength))));
      }
      case "yarn" ->
          new Strategy(
              name,
              new Yarn(factor, model.description().trainedLength()),
              RopeOverrides.NONE
                  .withScalingType(RopeScalingType.YARN)
                  .withScale(factor)
                  .withYarnOriginalContext(model.description().trainedLength()));
      case "file" ->
          new Strategy(
              name, model.rope(RopeOverrides.NONE, contextLength).scaling(), RopeOverrides.NONE);
      default ->
          throw new IllegalArgumentException(
              "strategy '" + method + "' is not known; known are " + KNOWN);
    };
  }

  /// The same in any engine's terms, for recipes.
  public Extension extension() {
    return switch (scaling) {
      case Scaling _ when flags.equals(RopeOverrides.NONE) -> new Extension.Native();
      case Unscaled _ -> new Extension.Unscaled();
      case Linear linear -> new Extension.Linear(linear.factor());
      case NtkAware _ -> new Extension.RaisedBase(flags.frequencyBase().orElseThrow());
      case Yarn yarn -> new Extension.Yarn(yarn.factor(), yarn.originalLength());
      default -> throw new IllegalArgumentException("there is no recipe for the strategy " + name);
    };
  }

  /// The rotation the model's own engine would apply under this strategy's flags; where layers
  /// differ, that of the layers which the flags reach.
  ///
  /// @throws CheckpointException when the model does not rotate
  public RopeParameters rotation(Model model, int contextLength) {
    return model.rope(flags, contextLength);
  }

  /// For people, for example `YaRN ×8`.
  public String label() {
    return switch (scaling) {
      case Unscaled _ -> "unscaled";
      case Linear linear -> "linear ×" + trim(linear.factor());
      case NtkAware ntk -> "NTK-aware ×" + trim(ntk.factor());
      case Yarn yarn when name.startsWith("yarn") -> "YaRN ×" + trim(yarn.factor());
      default -> name.equals("file") ? "as the file says" : name;
    };
  }

  /// The rotation before any scaling: what the control runs under.
  static RopeParameters originalRotation(Model model, int contextLength) {
    return model.rope(original(), contextLength);
  }

  /// Whether the file itself asks for a scaling.
  static boolean fileHasScaling(Model model) {
    int context = model.description().contextLength();
    return !model.rope(RopeOverrides.NONE, context).equals(originalRotation(model, context));
  }

  private static RopeOverrides original() {
    return RopeOverrides.NONE.withScalingType(RopeScalingType.NONE);
  }

  private static double factor(String strategy, String text) {
    double factor;
    try {
      factor = Double.parseDouble(text);
    } catch (NumberFormatException _) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' in strategy '"
              + strategy
              + "' is not a number; write for example yarn:8");
    }
    if (!(factor > 0) || Double.isInfinite(factor)) {
      throw new IllegalArgumentException(
          "the factor of strategy '" + strategy + "' must be a finite number above 0");
    }
    return factor;
  }

  /// A number to six significant digits, without needless zeros.
  static String trim(double value) {
    return new BigDecimal(value).round(new MathContext(6)).stripTrailingZeros().toPlainString();
  }
}

package rope4j.diagnosis.recipe;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.engine.Engine.Format;

/// What a recipe is asked for.
record Request(RecipeModel model, Extension extension, int contextLength) {

  Request {
    if (contextLength < 1) {
      throw new IllegalArgumentException(
          "the context length must be at least 1 token, but it is " + contextLength);
    }
  }

  boolean beyondAdvertised() {
    return contextLength > model.advertisedLength();
  }

  boolean beyondCovered() {
    return contextLength > model.coveredLength();
  }

  /// A recipe with everything that is to be said about this rotation in any engine.
  Recipe recipe(Engine engine, String versions, String text, List<String> notes) {
    List<String> all = new ArrayList<>(notes);
    all.addAll(cautions(engine));
    return new Recipe(engine, versions, text, String.join(". ", all));
  }

  Recipe impossible(Engine engine, String why) {
    return new Recipe(engine, "", "", why);
  }

  private List<String> cautions(Engine engine) {
    List<String> cautions = new ArrayList<>();
    boolean replaces = !(extension instanceof Extension.Native);
    if (replaces) {
      model.own().ifPresent(own -> cautions.add(replaced(own, engine.format())));
    }
    switch (extension) {
      case Extension.Yarn yarn -> cautions.add(yarn(yarn));
      case Extension.Divisors found when engine == Engine.TRANSFORMERS ->
          cautions.add(
              "Texts up to "
                  + found.originalLength()
                  + " tokens keep the frequencies they were trained with, but get the attention"
                  + " factor");
      case Extension.Divisors _ when engine != Engine.SGLANG ->
          cautions.add("The divisors are in force for short texts too");
      case Extension.Unscaled _ when contextLength > model.trainedLength() ->
          cautions.add(
              "Without a scaling, positions from " + model.trainedLength() + " on were never seen");
      case Extension.Native _ when beyondCovered() ->
          cautions.add(
              "The model covers "
                  + model.coveredLength()
                  + " tokens"
                  + model
                      .own()
                      .map(own ->
                          " with its own "
                              + own.type()
                              + (own.type().endsWith("s") ? "" : " scaling"))
                      .orElse("")
                  + ", and nothing here extends that: past them expect its answers to fall apart");
      default -> {}
    }
    if (!replaces && ownType("longrope") && contextLength > model.trainedLength()) {
      cautions.add(
          "Above "
              + model.trainedLength()
              + " tokens the long factors serve every text, short ones too; texts that always fit"
              + " are better served with that length");
    }
    return cautions;
  }

  private boolean ownType(String type) {
    return model.own().filter(own -> own.type().equals(type)).isPresent();
  }

  private String replaced(OwnScaling own, Format format) {
    boolean widened = extension instanceof Extension.Llama3 && own.wider().isPresent();
    if (widened && format == Format.GGUF) {
      return "This changes the factor of the file's own " + own.type() + ", which follow Llama 3.1";
    }
    boolean freqs = own.tensor() && format == Format.GGUF && !own.type().equals("longrope");
    if (freqs && extension instanceof Extension.Divisors) {
      return "This replaces the file's own " + own.type();
    }
    if (own.tensor() && format == Format.GGUF) {
      return "The file's own "
          + own.type()
          + (own.type().endsWith("s") ? " stay" : " stays")
          + " in force, because no flag switches its tensor off"
          + (extension instanceof Extension.Unscaled ? "" : ": this comes on top of it");
    }
    if (extension.type().filter(own.type()::equals).isPresent()) {
      return "This changes the factor of the model's own " + own.type() + " scaling";
    }
    String reach =
        contextLength <= model.coveredLength()
            ? "which covers " + model.coveredLength() + " tokens by itself"
            : "which it was trained with; to widen that one is safer";
    return "This replaces the model's own " + own.type() + " scaling, " + reach;
  }

  /// Static YaRN changes every text, so no more of it than needed.
  private String yarn(Extension.Yarn yarn) {
    int smallest = Extension.smallestFactor(contextLength, yarn.originalLength());
    double reach = yarn.factor() * yarn.originalLength();
    if (reach < contextLength) {
      return "A factor of "
          + decimal(yarn.factor())
          + " covers "
          + (long) reach
          + " tokens; "
          + contextLength
          + " need "
          + smallest;
    }
    String needed =
        yarn.factor() > smallest
            ? "a factor of " + smallest + " covers " + contextLength + " tokens"
            : "use the smallest factor that covers yours";
    return "YaRN changes short texts too: " + needed + ", or serve short texts without it";
  }

  /// Six significant digits, for a sentence or a file name.
  static String decimal(double value) {
    return new BigDecimal(value).round(new MathContext(6)).stripTrailingZeros().toPlainString();
  }
}

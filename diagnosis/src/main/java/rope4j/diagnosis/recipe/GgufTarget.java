package rope4j.diagnosis.recipe;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import rope4j.checkpoint.RopeOverrides;
import rope4j.diagnosis.engine.Engine.Format;
import rope4j.diagnosis.text.Shell;

/// The GGUF file that an engine on llama.cpp is given: the one the user has, the one llama.cpp's
/// converter makes of a folder, or a patched copy for engines without the flags.
///
/// @param architecture first part of its keys
/// @param file its name, unquoted
/// @param flags the rotation in llama.cpp's flags
record GgufTarget(Request request, String architecture, String file, RopeOverrides flags) {

  /// Empty where llama.cpp has no such model or no flag for the rotation.
  static Optional<GgufTarget> of(Request request) {
    RecipeModel model = request.model();
    Optional<RopeOverrides> flags =
        widensTensor(request)
            ? Optional.of(RopeOverrides.NONE)
            : LlamaCppFlags.of(request.extension());
    if (model.architecture().isEmpty()
        || flags.isEmpty()
        || wouldStack(request)
        || hasFactorsOfItsOwn(request)) {
      return Optional.empty();
    }
    String file =
        model.format() == Format.GGUF ? model.path() : plain(lastPart(model.path())) + ".gguf";
    return Optional.of(
        new GgufTarget(request, model.architecture().get(), file, flags.orElseThrow()));
  }

  /// The converter would write the folder's own scaling as a tensor, which flags come on top of. In
  /// a file that is there already, that can't be helped.
  private static boolean wouldStack(Request request) {
    return request.model().format() == Format.HUGGING_FACE
        && !(request.extension() instanceof Extension.Native)
        && request.model().own().filter(OwnScaling::tensor).isPresent();
  }

  /// Whether divisors are asked for of a file with long and short factors: its loader reads no
  /// others, and multiplies the attention factor by the file's own.
  private static boolean hasFactorsOfItsOwn(Request request) {
    return request.model().format() == Format.GGUF
        && request.extension() instanceof Extension.Divisors
        && request.model().own().filter(own -> own.type().equals("longrope")).isPresent();
  }

  /// Whether a tensor that the file has already is to be written anew, by Llama 3.1's rule.
  private static boolean widensTensor(Request request) {
    return request.model().format() == Format.GGUF
        && request.extension() instanceof Extension.Llama3
        && request
            .model()
            .own()
            .flatMap(OwnScaling::wider)
            .filter(Extension.Llama3.class::isInstance)
            .isPresent();
  }

  /// Whether the rotation is beyond flags, so that only a patched copy has it.
  boolean needsCopy() {
    return request.extension() instanceof Extension.Llama3
        || request.extension() instanceof Extension.Divisors;
  }

  /// Why there is none.
  static String reason(Request request) {
    if (request.model().architecture().isEmpty()) {
      return "llama.cpp's converter makes no GGUF file of this model, as far as is known here";
    }
    if (hasFactorsOfItsOwn(request)) {
      return "llama.cpp reads this model's factors from two tensors of the file, which no flag replaces: use the"
          + " copy that rope tune writes, or set them in the config.json of the folder that the file was made from,"
          + " and convert that again";
    }
    return request.model().format() == Format.GGUF
        ? "llama.cpp reads this scaling from tensors of the file, which no flag adds: set it in the"
            + " config.json of the folder that the file was made from, and convert that again"
        : "The scaling lies in tensors of a GGUF file, which flags can't replace: set the new one in"
            + " the config.json, as for Transformers, and convert the folder then";
  }

  /// Whether the file as it is does what is asked for.
  boolean suffices() {
    return request.extension() instanceof Extension.Native && !request.beyondAdvertised();
  }

  /// What comes first for a folder.
  List<String> notes() {
    List<String> notes = new ArrayList<>();
    if (request.model().format() == Format.HUGGING_FACE) {
      notes.add(
          "Convert the folder first, with llama.cpp: python convert_hf_to_gguf.py "
              + Shell.file(request.model().path())
              + " --outfile "
              + Shell.file(file));
    }
    return notes;
  }

  /// The context length that the file must claim; empty where it claims enough.
  Optional<Integer> claimed() {
    return request.beyondAdvertised() ? Optional.of(request.contextLength()) : Optional.empty();
  }

  /// The command that writes the patched copy.
  String patch() {
    List<String> words = new ArrayList<>(List.of("rope", "patch", Shell.file(file), patched()));
    words.addAll(LlamaCppFlags.words(flags));
    if (request.extension() instanceof Extension.Llama3 rule) {
      words.add("--rope-freqs");
      words.add(
          "llama3:"
              + Request.decimal(rule.factor())
              + ","
              + Request.decimal(rule.lowFrequencyFactor())
              + ","
              + Request.decimal(rule.highFrequencyFactor())
              + ","
              + rule.originalLength());
    }
    if (request.extension() instanceof Extension.Divisors found) {
      words.add("--rope-freqs");
      words.add(
          found.divisors().stream().map(LlamaCppFlags::number).collect(Collectors.joining(",")));
    }
    words.addAll(List.of("-c", Integer.toString(request.contextLength())));
    return String.join(" ", words);
  }

  /// The patched copy, in the current folder; a name that needs no quotes anywhere.
  String patched() {
    return name() + ".gguf";
  }

  /// What to call the patched model.
  String name() {
    String suffix =
        switch (request.extension()) {
          case Extension.Unscaled _ -> "unscaled";
          case Extension.Linear(double factor) -> "linear" + Request.decimal(factor);
          case Extension.RaisedBase _ -> "ntk";
          case Extension.Yarn(double factor, int _) -> "yarn" + Request.decimal(factor);
          case Extension.Divisors _ -> "tuned";
          case Extension.Native _, Extension.Llama3 _, Extension.LongRope _ -> "long";
        };
    return stem() + "-" + suffix + "-" + request.contextLength();
  }

  /// The file's name without its folder and ending.
  String stem() {
    return plain(lastPart(file).replaceFirst("(?i)\\.gguf$", ""));
  }

  private static String lastPart(String path) {
    String trimmed = path.replaceFirst("[/\\\\]+$", "");
    return trimmed.substring(Math.max(trimmed.lastIndexOf('/'), trimmed.lastIndexOf('\\')) + 1);
  }

  /// Letters that Modelfiles, shells and model names all take.
  private static String plain(String name) {
    String plain =
        name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9._-]+", "-").replaceFirst("^[-.]+", "");
    return plain.isEmpty() ? "model" : plain;
  }
}

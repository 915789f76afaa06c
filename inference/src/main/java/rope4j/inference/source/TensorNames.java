package rope4j.inference.source;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import rope4j.checkpoint.CheckpointException;
import rope4j.inference.source.Family.Target;

/// Translates names of tensors between a folder and GGUF.
///
/// @param family whose names
/// @param blocks that the model has; tensors of later ones predict further tokens and are left
///   alone
/// @param multimodal whether the folder may hold towers for pictures and sounds too
record TensorNames(Family family, int blocks, boolean multimodal) {

  private static final Pattern NUMBER = Pattern.compile("\\.(\\d{1,9})(?=\\.|$)");
  private static final Pattern TOWERS =
      Pattern.compile("vision|visual|audio|image|multi_modal_projector|mm_projector");

  /// Models inside others, and those that were saved without their head, have other prefixes.
  private static final List<String[]> PREFIXES =
      List.of(
          new String[] {"", ""},
          new String[] {"language_model.", ""},
          new String[] {"model.language_model.", "model."},
          new String[] {"", "model."},
          new String[] {"", "transformer."});

  /// @param name GGUF's
  /// @param part number of the expert or head; 0 where the tensor is whole
  /// @param isPart whether it is one of several that make the tensor
  record Found(String name, int part, boolean isPart, TensorLayout layout) {}

  private record Numbered(String pattern, int block, int part) {}

  /// GGUF's names of a folder's tensor; empty for one that takes no part.
  ///
  /// @throws CheckpointException when the family knows no such tensor
  List<Found> translate(String name) {
    for (String[] prefix : PREFIXES) {
      if (name.startsWith(prefix[0])) {
        Optional<List<Found>> found =
            translateWhole(prefix[1] + name.substring(prefix[0].length()));
        if (found.isPresent()) {
          return found.get();
        }
      }
    }
    if (multimodal && TOWERS.matcher(name).find()) {
      return List.of();
    }
    throw new CheckpointException(
        "tensor "
            + Shown.text(name)
            + " is not one this engine's "
            + family.architecture()
            + " architecture knows, and leaving it out would change the result");
  }

  private Optional<List<Found>> translateWhole(String name) {
    Numbered numbered = numbered(name);
    if (numbered.block >= blocks || family.dropped().contains(numbered.pattern)) {
      return Optional.of(List.of());
    }
    List<Target> whole = family.tensors().get(numbered.pattern);
    if (whole != null) {
      return Optional.of(found(whole, numbered, ""));
    }
    for (String suffix : new String[] {".weight", ".bias"}) {
      if (numbered.pattern.endsWith(suffix)) {
        String module = numbered.pattern.substring(0, numbered.pattern.length() - suffix.length());
        List<Target> targets = family.modules().get(module);
        return Optional.ofNullable(targets).map(known -> found(known, numbered, suffix));
      }
    }
    return Optional.empty();
  }

  private static List<Found> found(List<Target> targets, Numbered numbered, String suffix) {
    return targets.stream()
        .map(target ->
            new Found(
                target.name().replace(".N.", "." + numbered.block + ".") + suffix,
                Math.max(0, numbered.part),
                numbered.part >= 0,
                suffix.equals(".bias") ? target.layout().ofBias() : target.layout()))
        .toList();
  }

  private static Numbered numbered(String name) {
    Matcher matcher = NUMBER.matcher(name);
    StringBuilder pattern = new StringBuilder();
    int[] numbers = {-1, -1};
    int count = 0;
    while (matcher.find()) {
      if (count < numbers.length) {
        numbers[count] = Integer.parseInt(matcher.group(1));
        matcher.appendReplacement(pattern, count == 0 ? ".N" : ".E");
      }
      count++;
    }
    matcher.appendTail(pattern);
    return new Numbered(pattern.toString(), numbers[0], numbers[1]);
  }

  /// What the folder calls a tensor of GGUF's name; the name itself where the family has none.
  String inFolder(String name, int part) {
    Matcher matcher = NUMBER.matcher(name);
    String block = matcher.find() ? matcher.group(1) : "";
    String pattern = block.isEmpty() ? name : matcher.replaceFirst(".N");
    for (String suffix : new String[] {"", ".weight", ".bias"}) {
      if (pattern.endsWith(suffix)) {
        String target = pattern.substring(0, pattern.length() - suffix.length());
        for (Map.Entry<String, List<Target>> entry :
            (suffix.isEmpty() ? family.tensors() : family.modules()).entrySet()) {
          if (entry.getValue().stream().anyMatch(one -> one.name().equals(target))) {
            return entry.getKey().replace(".N", "." + block).replace(".E", "." + part) + suffix;
          }
        }
      }
    }
    return name;
  }
}

package rope4j.diagnosis.rules;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.MetadataValue;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.RopeMetadata;
import rope4j.checkpoint.RopeScalingType;
import rope4j.checkpoint.Stated;
import rope4j.checkpoint.TensorInfo;
import rope4j.checkpoint.model.GgufCheckpoint;
import rope4j.diagnosis.text.Figures;

/// A GGUF file as the rules ask about it: keys by their name without the architecture, each with
/// its evidence.
///
/// @param checkpoint the file
/// @param description its hyper-parameters, under the launch
/// @param overrides keys the launch says in place of the file
record GgufView(
    GgufCheckpoint checkpoint, ModelDescription description, Map<String, Object> overrides) {

  /// Empty for another format, and for a model without the usual layers.
  static Optional<GgufView> of(Subject subject) {
    return subject
        .gguf()
        .flatMap(file ->
            subject
                .description()
                .map(description -> new GgufView(file, description, subject.keyOverrides())));
  }

  String architecture() {
    return description.architecture();
  }

  RopeMetadata rope() {
    return description.rope();
  }

  /// Whether the file, or the launch in its place, scales its frequencies by a key or a tensor.
  boolean isScaled() {
    RopeMetadata rope = rope();
    boolean switchedOff = rope.scalingType().filter(RopeScalingType.NONE::equals).isPresent();
    return (!switchedOff && rope.factor().orElse(1) != 1)
        || !rope.factors().isEmpty()
        || !rope.longFactors().isEmpty();
  }

  /// Whether the numbers make a rotation at all: they are a stranger's.
  boolean rotates() {
    int rotary = description.rotaryDimension();
    double base = rope().base();
    return rotary >= 2 && rotary % 2 == 0 && base > 1 && Double.isFinite(base);
  }

  boolean isType(RopeScalingType type) {
    return rope().scalingType().filter(type::equals).isPresent();
  }

  /// The whole name of a key of this architecture.
  String key(String suffix) {
    return architecture() + "." + suffix;
  }

  boolean has(String suffix) {
    return isOverridden(suffix) || checkpoint.file().metadata().get(key(suffix)).isPresent();
  }

  /// Whether the launch says a key in place of the file.
  boolean isOverridden(String suffix) {
    return overrides.containsKey(key(suffix));
  }

  /// The length the file itself advertises, whatever the launch says.
  Stated<Integer> lengthInFile() {
    return checkpoint.facts().advertisedLength();
  }

  /// What a key of this architecture says, be it that it is absent.
  Evidence evidence(String suffix) {
    return evidenceOfKey(key(suffix));
  }

  /// What a key says.
  Evidence evidenceOfKey(String key) {
    Object override = overrides.get(key);
    if (override != null) {
      return Evidence.launch("--override-kv " + key, String.valueOf(override));
    }
    String value = checkpoint.file().metadata().get(key).map(GgufView::shown).orElse("absent");
    return Evidence.file(fileName(), key, value, OptionalInt.empty());
  }

  /// Whether a tensor is there, and its shape.
  Evidence tensor(String name) {
    String value =
        checkpoint
            .file()
            .tensor(name)
            .or(() -> checkpoint.file().tensor("blk.0." + name))
            .map(TensorInfo::shape)
            .map(Object::toString)
            .orElse("absent");
    return Evidence.file(fileName(), name, value, OptionalInt.empty());
  }

  private String fileName() {
    Path name = checkpoint.path().getFileName();
    return name == null ? checkpoint.path().toString() : name.toString();
  }

  private static String shown(MetadataValue value) {
    return switch (value) {
      case MetadataValue.Int integer -> Long.toString(integer.value());
      case MetadataValue.Real real -> Figures.number(real.value());
      case MetadataValue.Bool bool -> Boolean.toString(bool.value());
      case MetadataValue.Text text -> text.value();
      case MetadataValue.Array array -> "array of " + array.size();
    };
  }
}

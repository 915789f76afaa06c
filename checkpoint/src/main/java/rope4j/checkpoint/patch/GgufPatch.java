package rope4j.checkpoint.patch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import rope4j.checkpoint.MetadataType;
import rope4j.checkpoint.MetadataValue;

/// What is to be changed in a copy of a GGUF file, in this order; [GgufPatcher] does it.
///
/// @param changes at most one for a key or a tensor
public record GgufPatch(List<Change> changes) {

  /// Nothing is changed.
  public static final GgufPatch NONE = new GgufPatch(List.of());

  /// One change.
  public sealed interface Change {

    /// The key or tensor it is about.
    String name();
  }

  /// A key gets a value; a new key comes after the keys of the file's architecture.
  ///
  /// @param value anything but an array
  public record SetKey(String name, MetadataValue value) implements Change {

    /// @throws IllegalArgumentException when the value does not fit its type
    public SetKey {
      switch (value) {
        case MetadataValue.Array _ ->
            throw new IllegalArgumentException(name + " can't be set to an array");
        case MetadataValue.Int(MetadataType type, long number) ->
            TypedValue.requireFits(name, type, number);
        case MetadataValue.Real(MetadataType type, double number) ->
            TypedValue.requireFits(name, type, number);
        case MetadataValue.Bool _, MetadataValue.Text _ -> {}
      }
    }
  }

  /// A key goes.
  public record RemoveKey(String name) implements Change {}

  /// A tensor of one dimension gets these float32 values, whether the file has it or not; a new one
  /// comes last.
  public record PutVector(String name, float[] values) implements Change {

    /// @throws IllegalArgumentException when there are no values
    public PutVector {
      values = values.clone();
      if (values.length == 0) {
        throw new IllegalArgumentException("tensor " + name + " needs at least one value");
      }
    }

    /// A copy of the values.
    @Override
    public float[] values() {
      return values.clone();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof PutVector that
          && name.equals(that.name)
          && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
      return 31 * name.hashCode() + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
      return "PutVector[name=" + name + ", values=" + Arrays.toString(values) + "]";
    }
  }

  /// A tensor goes.
  public record RemoveTensor(String name) implements Change {}

  /// @throws IllegalArgumentException when a key or a tensor is changed twice, or the alignment is
  ///   to be changed, which every tensor's place depends on
  public GgufPatch {
    changes = List.copyOf(changes);
    List<String> seen = new ArrayList<>();
    for (Change change : changes) {
      String what = (isTensor(change) ? "tensor " : "key ") + change.name();
      if (seen.contains(what)) {
        throw new IllegalArgumentException(what + " is changed twice; change it once");
      }
      seen.add(what);
      if (what.equals("key general.alignment")) {
        throw new IllegalArgumentException(
            "general.alignment can't be changed, because every tensor's place depends on it");
      }
    }
  }

  /// The same with one more change.
  public GgufPatch with(Change change) {
    List<Change> more = new ArrayList<>(changes);
    more.add(change);
    return new GgufPatch(more);
  }

  /// These changes, then those.
  public GgufPatch and(GgufPatch other) {
    List<Change> more = new ArrayList<>(changes);
    more.addAll(other.changes);
    return new GgufPatch(more);
  }

  static boolean isTensor(Change change) {
    return switch (change) {
      case SetKey _, RemoveKey _ -> false;
      case PutVector _, RemoveTensor _ -> true;
    };
  }
}

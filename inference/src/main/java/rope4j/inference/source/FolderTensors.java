package rope4j.inference.source;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.TensorInfo;
import rope4j.checkpoint.TensorType;
import rope4j.checkpoint.safetensors.SafetensorsWeights;
import rope4j.checkpoint.safetensors.TensorIndex.Tensor;
import rope4j.inference.source.TensorLayout.Heads;
import rope4j.inference.source.TensorNames.Found;

/// A folder's tensors by GGUF's names: experts that are stored one by one make one tensor.
final class FolderTensors {

  /// A tensor and where its slices are.
  private record Entry(
      TensorInfo info,
      List<Long> stored,
      TensorType type,
      List<String> parts,
      TensorLayout layout) {}

  private final SafetensorsWeights weights;
  private final TensorNames names;
  private final SequencedMap<String, Entry> entries;
  private final Arena arena;

  private FolderTensors(
      SafetensorsWeights weights,
      TensorNames names,
      SequencedMap<String, Entry> entries,
      Arena arena) {
    this.weights = weights;
    this.names = names;
    this.entries = entries;
    this.arena = arena;
  }

  /// @param tied whether the output layer is the embedding, whatever else the files hold
  /// @param arena for copies where the order of the elements differs
  /// @throws CheckpointException when there is a tensor that the family does not know, or one of a
  ///   type that can't be run
  static FolderTensors of(
      SafetensorsWeights weights, TensorNames names, boolean tied, Arena arena) {
    SequencedMap<String, SortedMap<Integer, String>> parts = new LinkedHashMap<>();
    Map<String, Found> found = new LinkedHashMap<>();
    for (String name : weights.tensors().keySet()) {
      for (Found one : names.translate(name)) {
        if (tied && one.name().startsWith("output.")) {
          continue;
        }
        found.put(one.name(), one);
        String twin = parts.computeIfAbsent(one.name(), _ -> new TreeMap<>()).put(one.part(), name);
        if (twin != null) {
          throw new CheckpointException(
              "tensors " + Shown.text(twin) + " and " + Shown.text(name) + " are the same one");
        }
      }
    }
    SequencedMap<String, Entry> entries = new LinkedHashMap<>();
    parts.forEach(
        (name, numbered) -> entries.put(name, entry(weights, names, found.get(name), numbered)));
    return new FolderTensors(weights, names, entries, arena);
  }

  private static Entry entry(
      SafetensorsWeights weights,
      TensorNames names,
      Found found,
      SortedMap<Integer, String> numbered) {
    List<String> parts = List.copyOf(numbered.values());
    if (found.isPart()) {
      for (int i = 0; i < parts.size(); i++) {
        if (!numbered.containsKey(i)) {
          throw new CheckpointException(
              "tensor "
                  + names.inFolder(found.name(), i)
                  + " is missing; download the model again");
        }
      }
    }
    Tensor first = weights.tensors().get(parts.getFirst());
    TensorType type = type(first);
    long bytes = 0;
    for (String part : parts) {
      Tensor tensor = weights.tensors().get(part);
      if (!tensor.shape().equals(first.shape()) || !tensor.type().equals(first.type())) {
        throw new CheckpointException(
            "tensor "
                + Shown.text(part)
                + " has shape "
                + tensor.shape()
                + " and type "
                + tensor.type().orElse("")
                + ", but "
                + Shown.text(first.name())
                + ", which belongs to it, has "
                + first.shape()
                + " and "
                + first.type().orElse(""));
      }
      bytes += weights.data(part).byteSize();
    }
    if (first.shape().contains(0L) || !found.layout().fits(first.shape())) {
      throw new CheckpointException(
          "tensor "
              + Shown.text(first.name())
              + " has shape "
              + first.shape()
              + ", which no such model has: download the model again");
    }
    List<Long> shape = new ArrayList<>(found.layout().shape(first.shape()).reversed());
    if (found.isPart()) {
      shape.add((long) parts.size());
    }
    return new Entry(
        new TensorInfo(found.name(), shape, found.layout().type(type), 0, bytes),
        first.shape(),
        type,
        parts,
        found.layout());
  }

  private static TensorType type(Tensor tensor) {
    String type = tensor.type().orElse("");
    return switch (type) {
      case "F32" -> TensorType.F32;
      case "F16" -> TensorType.F16;
      case "BF16" -> TensorType.BF16;
      default ->
          throw new CheckpointException(
              "tensor "
                  + Shown.text(tensor.name())
                  + " has type "
                  + Shown.text(type)
                  + ", which this engine can't run from a folder; it runs F32, F16, BF16, so take the"
                  + " unquantized model, or a GGUF file of it");
    };
  }

  List<TensorInfo> tensors() {
    return entries.values().stream().map(Entry::info).toList();
  }

  Optional<TensorInfo> tensor(String name) {
    return Optional.ofNullable(entries.get(name)).map(Entry::info);
  }

  String nameInFile(String name) {
    Entry entry = entries.get(name);
    return entry == null ? names.inFolder(name, 0) : Shown.text(entry.parts.getFirst());
  }

  MemorySegment data(TensorInfo tensor, int slice, int slices, Heads heads) {
    Entry entry = entries.get(tensor.name());
    if (entry == null) {
      throw new IllegalArgumentException("there is no tensor " + tensor.name());
    }
    if (entry.parts.size() == slices) {
      return stored(entry, slice, heads);
    }
    MemorySegment whole = entry.parts.size() == 1 ? stored(entry, 0, heads) : joined(entry, heads);
    long bytes = whole.byteSize() / slices;
    return whole.asSlice(slice * bytes, bytes);
  }

  private MemorySegment stored(Entry entry, int part, Heads heads) {
    return entry.layout.apply(
        weights.data(entry.parts.get(part)), entry.stored, entry.type, heads, arena);
  }

  private MemorySegment joined(Entry entry, Heads heads) {
    MemorySegment all = arena.allocate(entry.info.bytes(), Float.BYTES);
    long at = 0;
    for (int part = 0; part < entry.parts.size(); part++) {
      MemorySegment bytes = stored(entry, part, heads);
      MemorySegment.copy(bytes, 0, all, at, bytes.byteSize());
      at += bytes.byteSize();
    }
    return all;
  }
}

package rope4j.checkpoint.safetensors;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeSet;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.file.StrangersFile;
import rope4j.checkpoint.json.JsonFile;
import rope4j.checkpoint.safetensors.TensorIndex.Tensor;

/// Which safetensors files make up a model.
///
/// Source: Transformers `modeling_utils.py` (names of the files), Hugging Face's description of the
/// index.
final class SafetensorsFolder {

  private static final String WHOLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final String MAP = "weight_map";
  private static final int MOST_INDEX_BYTES = 64 << 20;

  private SafetensorsFolder() {}

  static Optional<TensorIndex> index(Path folder) {
    Path index = folder.resolve(INDEX);
    if (StrangersFile.exists(index)) {
      return Optional.of(ofIndex(folder, index));
    }
    List<Path> files =
        StrangersFile.exists(folder.resolve(WHOLE)) ? List.of(folder.resolve(WHOLE)) : all(folder);
    return files.isEmpty() ? Optional.empty() : Optional.of(ofHeaders(folder, files));
  }

  private static TensorIndex ofIndex(Path folder, Path index) {
    JsonFile json = JsonFile.read(index, MOST_INDEX_BYTES);
    if (!(json.get(MAP).orElse(null) instanceof Map<?, ?> map)) {
      throw new CheckpointException(
          index + ": it has no weight_map, so it is no index of safetensors; download it again");
    }
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    TreeSet<String> files = new TreeSet<>();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      String name = String.valueOf(entry.getKey());
      if (!(entry.getValue() instanceof String file) || !isPlainName(file)) {
        throw new CheckpointException(
            index
                + ": weight_map says that "
                + SafetensorsHeader.shortened(name)
                + " is in "
                + SafetensorsHeader.shortened(String.valueOf(entry.getValue()))
                + ", but the name of a file in the same folder was expected");
      }
      files.add(file);
      tensors.put(name, new Tensor(name, file, Optional.empty(), List.of()));
    }
    List<String> absent =
        files.stream().filter(file -> !Files.exists(folder.resolve(file))).toList();
    return new TensorIndex(folder, tensors, List.copyOf(files), absent);
  }

  /// A stranger's index must not lead out of its folder.
  private static boolean isPlainName(String file) {
    return !file.isBlank()
        && file.length() <= 255
        && file.chars().noneMatch(c -> c < ' ' || c == '/' || c == '\\' || c == ':')
        && !file.equals(".")
        && !file.equals("..");
  }

  private static TensorIndex ofHeaders(Path folder, List<Path> files) {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    List<String> names = new ArrayList<>();
    for (Path file : files) {
      names.add(String.valueOf(file.getFileName()));
      SafetensorsHeader.read(file).forEach(tensors::putIfAbsent);
    }
    return new TensorIndex(folder, tensors, names, List.of());
  }

  /// Mistral ships the same weights once more as `consolidated…`.
  private static List<Path> all(Path folder) {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*.safetensors")) {
      found.forEach(files::add);
    } catch (IOException e) {
      throw StrangersFile.refused(folder, e);
    }
    files.sort(null);
    List<Path> ordinary =
        files.stream()
            .filter(file -> !String.valueOf(file.getFileName()).startsWith("consolidated"))
            .toList();
    return ordinary.isEmpty() ? files : ordinary;
  }
}

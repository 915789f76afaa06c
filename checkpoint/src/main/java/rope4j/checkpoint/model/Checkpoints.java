package rope4j.checkpoint.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.ModelFacts;
import rope4j.checkpoint.config.HuggingFaceConfig;
import rope4j.checkpoint.file.StrangersFile;
import rope4j.checkpoint.json.JsonFile;
import rope4j.checkpoint.safetensors.TensorIndex;

/// Finds out what a path leads to, and opens it.
final class Checkpoints {

  private static final String CONFIG = "config.json";
  private static final int SMALL = 16 << 20;

  /// Some tokenizers list a hundred thousand added tokens in it.
  private static final int TOKENIZER = 64 << 20;

  private static final int LISTED = 5;

  private static final Pattern PART = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");

  private Checkpoints() {}

  static Checkpoint open(Path path) {
    return switch (StrangersFile.kind(path)) {
      case FOLDER -> openFolder(path);
      case FILE -> openFile(path);
    };
  }

  private static Checkpoint openFolder(Path folder) {
    if (StrangersFile.exists(folder.resolve(CONFIG))) {
      return folder(folder, folder, folder.resolve(CONFIG));
    }
    List<Path> models = models(folder);
    return switch (models.size()) {
      case 0 -> throw new CheckpointException(folder + ": " + missing(folder));
      case 1 -> openFile(models.getFirst());
      default ->
          throw new CheckpointException(
              folder
                  + ": this folder has several .gguf files, name one of them: "
                  + models.stream()
                      .limit(LISTED)
                      .map(model -> String.valueOf(model.getFileName()))
                      .collect(Collectors.joining(", "))
                  + (models.size() > LISTED ? ", …" : ""));
    };
  }

  /// Of a model in parts the first; not the vision towers that lie beside a model.
  private static List<Path> models(Path folder) {
    List<Path> models = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        Matcher part = PART.matcher(name);
        if (name.toLowerCase(Locale.ROOT).endsWith(".gguf")
            && !name.startsWith("mmproj")
            && (!part.matches() || part.group(2).equals("00001"))) {
          models.add(file);
        }
      }
    } catch (IOException e) {
      throw StrangersFile.refused(folder, e);
    }
    models.sort(null);
    return models;
  }

  private static String missing(Path folder) {
    if (Files.exists(folder.resolve("adapter_config.json"))) {
      return "this folder holds an adapter (adapter_config.json) but no config.json; name the folder"
          + " of its base model";
    }
    if (Files.exists(folder.resolve("params.json"))) {
      return "this folder has a params.json but no config.json; fetch the config.json of the"
          + " model's Hugging Face version";
    }
    return "this folder has no config.json and no .gguf file; name a Hugging Face model folder, a"
        + " config.json or a .gguf file";
  }

  private static Checkpoint openFile(Path file) {
    String name = String.valueOf(file.getFileName());
    String lower = name.toLowerCase(Locale.ROOT);
    byte[] start = start(file);
    if (lower.endsWith(".gguf")
        || new String(start, StandardCharsets.ISO_8859_1).startsWith("GGUF")) {
      requireFirstPart(file, name);
      return GgufCheckpoint.open(file);
    }
    if (lower.endsWith(".safetensors") || lower.endsWith(".safetensors.index.json")) {
      throw new CheckpointException(
          file + ": this file has weights only; name the folder it is in, or its config.json");
    }
    if (OTHERS.contains(name)) {
      throw new CheckpointException(
          file + ": this file does not describe the model; name its folder or its config.json");
    }
    if (new String(start, StandardCharsets.UTF_8).stripLeading().startsWith("{")) {
      Path parent = file.toAbsolutePath().getParent();
      return folder(file, parent == null ? file : parent, file);
    }
    throw new CheckpointException(
        file
            + ": this is neither GGUF nor JSON; name a Hugging Face model folder, a config.json or a"
            + " .gguf file");
  }

  private static final List<String> OTHERS =
      List.of(
          "adapter_config.json",
          "generation_config.json",
          "params.json",
          "tokenizer.json",
          "tokenizer_config.json");

  private static byte[] start(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(64);
    } catch (IOException e) {
      throw StrangersFile.refused(file, e);
    }
  }

  private static void requireFirstPart(Path file, String name) {
    Matcher part = PART.matcher(name);
    if (part.matches() && !part.group(2).equals("00001")) {
      throw new CheckpointException(
          file
              + ": this is part "
              + Integer.parseInt(part.group(2))
              + " of "
              + Integer.parseInt(part.group(3))
              + " of a model; its keys are in the first, "
              + part.group(1)
              + "-00001-of-"
              + part.group(3)
              + ".gguf");
    }
  }

  private static FolderCheckpoint folder(Path opened, Path folder, Path configFile) {
    HuggingFaceConfig config = HuggingFaceConfig.read(opened);
    ModelFacts facts;
    try {
      facts = config.facts();
    } catch (CheckpointException e) {
      throw new CheckpointException(configFile + ": " + e.getMessage(), e);
    }
    return new FolderCheckpoint(
        opened,
        config,
        config.json(),
        beside(folder, "generation_config.json", SMALL),
        beside(folder, "tokenizer_config.json", TOKENIZER),
        beside(folder, "params.json", SMALL),
        beside(folder, "adapter_config.json", SMALL),
        TensorIndex.of(folder),
        facts);
  }

  private static Optional<JsonFile> beside(Path folder, String name, int most) {
    Path file = folder.resolve(name);
    return StrangersFile.exists(file) ? Optional.of(JsonFile.read(file, most)) : Optional.empty();
  }
}

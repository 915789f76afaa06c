package rope4j.inference;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.TensorInfo;
import rope4j.inference.FolderWriter.Tensor;
import rope4j.rotation.LayerRotations;
import rope4j.rotation.Pairing;
import rope4j.rotation.Precision;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Rotation;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Turns a GGUF fixture into the Hugging Face folder that llama.cpp's converter would have made it
/// from: the converter's steps undone, by a table of its own (`folders/names.txt`).
final class FolderOf {

  private static final Path DATA = Path.of("src/test/resources/folders");
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final JsonNode CONFIGS =
      JsonMapper.shared().readTree(DATA.resolve("configs.json").toFile());

  private record Name(String folder, String layout) {}

  private final GgufFile file;
  private final ModelDescription model;
  private final String modelType;
  private final FolderWriter writer;

  private FolderOf(GgufFile file, String config) {
    this.file = file;
    this.model = ModelDescription.of(file);
    this.writer = new FolderWriter(config);
    this.modelType = writer.config().get("model_type").asString();
  }

  /// Models that there is a config.json for.
  static boolean knows(String model) {
    return CONFIGS.has(model);
  }

  static Set<String> models() {
    return Set.copyOf(CONFIGS.propertyNames());
  }

  /// @param model a fixture's name, for example `llama-gqa`
  static FolderWriter model(Path gguf, String model) {
    return convert(gguf, CONFIGS.get(model).toString());
  }

  /// @param config the folder's `config.json`
  static FolderWriter convert(Path gguf, String config) {
    try (GgufFile file = GgufFile.open(gguf)) {
      return new FolderOf(file, config).convert();
    }
  }

  /// A GGUF model's rotation for heads whose channels lie as in a folder.
  static ModelRotation rotation(ModelRotation theirs, Model folder, int contextLength) {
    ModelRotation own = folder.rotation(RopeOverrides.NONE, contextLength);
    List<Optional<RopeParameters>> layers = new ArrayList<>();
    for (int layer = 0; layer < theirs.layers(); layer++) {
      Optional<Pairing> pairing = own.layer(layer).map(rope -> rope.parameters().pairing());
      layers.add(
          theirs
              .layer(layer)
              .map(Rotation::parameters)
              .map(rope ->
                  new RopeParameters(
                      folder.description().headDimension(),
                      rope.rotaryDimension(),
                      rope.base(),
                      rope.trainedLength(),
                      pairing.orElseThrow(),
                      rope.scaling())));
    }
    return folder.rotation(new LayerRotations(layers), contextLength, Precision.LLAMA_CPP);
  }

  private FolderWriter convert() {
    Map<String, Name> names = names();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (TensorInfo info : file.tensors()) {
      if (!info.name().startsWith("rope_")) {
        tensors.put(info.name(), read(info));
      } else if (info.name().startsWith("rope_factors")) {
        longRope(info.name().contains("long") ? "long_factor" : "short_factor", read(info));
      }
    }
    if (modelType.equals("gpt_oss")) {
      interleaveGates(tensors);
    }
    if (modelType.startsWith("deepseek")) {
      joinLatent(tensors);
    }
    tensors.forEach((name, tensor) -> put(names, name, tensor));
    return writer;
  }

  private Map<String, Name> names() {
    Map<String, Name> names = new LinkedHashMap<>();
    try {
      for (String line : Files.readAllLines(DATA.resolve("names.txt"))) {
        String[] words = line.split(" ", -1);
        if (words[0].equals("*") || List.of(words[0].split(",", -1)).contains(modelType)) {
          names.put(words[1], new Name(words[2], words.length > 3 ? words[3] : ""));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return names;
  }

  private Tensor read(TensorInfo info) {
    List<Integer> shape = info.shape().reversed().stream().map(Long::intValue).toList();
    return new Tensor(shape, file.data(info).toArray(FLOAT));
  }

  private void put(Map<String, Name> names, String gguf, Tensor tensor) {
    String[] parts = gguf.split("\\.", -1);
    String block = parts[0].equals("blk") ? parts[1] : "";
    String tail = block.isEmpty() ? gguf : gguf.substring(5 + block.length());
    String suffix = "";
    Name name = names.get(tail);
    if (name == null) {
      suffix = tail.substring(tail.lastIndexOf('.'));
      name = names.get(tail.substring(0, tail.lastIndexOf('.')));
    }
    if (name == null) {
      throw new IllegalArgumentException("names.txt has nothing for " + gguf);
    }
    String folder = name.folder.replace(".N.", "." + block + ".");
    folder = folder.startsWith("h.N") ? "h." + block + folder.substring(3) : folder;
    if (folder.contains(".E.")) {
      List<Tensor> experts = slices(tensor);
      for (int e = 0; e < experts.size(); e++) {
        writer.put(folder.replace(".E.", "." + e + ".") + suffix, experts.get(e));
      }
      return;
    }
    switch (name.layout) {
      case "" -> writer.put(folder + suffix, tensor);
      case "minus-one" -> {
        float[] less = tensor.values().clone();
        for (int i = 0; i < less.length; i++) {
          less[i] -= 1;
        }
        writer.put(folder + suffix, new Tensor(tensor.shape(), less));
      }
      case "halves" -> writer.put(folder + suffix, halves(tensor));
      case "transposed" -> writer.put(folder + suffix, transposed(tensor));
      case "groups-together" -> writer.put(folder + suffix, groupsTogether(tensor));
      case "row" ->
          writer.put(
              folder + suffix, new Tensor(List.of(1, tensor.shape().getFirst()), tensor.values()));
      case "split" -> split(folder, suffix, tensor);
      default -> throw new IllegalArgumentException(name.layout);
    }
  }

  /// The converter puts the two halves of a llama head into each other.
  private Tensor halves(Tensor tensor) {
    int head = model.headDimension();
    int columns = tensor.values().length / tensor.shape().getFirst();
    float[] sorted = new float[tensor.values().length];
    for (int row = 0; row < tensor.shape().getFirst(); row++) {
      int channel = row % head;
      int from = row - channel + channel % (head / 2) * 2 + channel / (head / 2);
      System.arraycopy(tensor.values(), from * columns, sorted, row * columns, columns);
    }
    return new Tensor(tensor.shape(), sorted);
  }

  /// Keeps the queries, the key and the value of a group of heads together.
  private Tensor groupsTogether(Tensor tensor) {
    int keys = model.keyValueHeads();
    int group = model.heads() / keys;
    int head = tensor.values().length / tensor.shape().getFirst() * model.headDimension();
    float[] together = new float[tensor.values().length];
    for (int g = 0; g < keys; g++) {
      int to = g * (group + 2) * head;
      System.arraycopy(tensor.values(), g * group * head, together, to, group * head);
      for (int part = 0; part < 2; part++) {
        int from = (model.heads() + part * keys + g) * head;
        System.arraycopy(tensor.values(), from, together, to + (group + part) * head, head);
      }
    }
    return new Tensor(tensor.shape(), together);
  }

  private void split(String folder, String suffix, Tensor tensor) {
    int columns = tensor.values().length / tensor.shape().getFirst();
    int key = model.keyValueHeads() * model.headDimension();
    int[] rows = {model.heads() * model.headDimension(), key, key};
    String prefix = folder.substring(0, folder.indexOf('{'));
    String[] names = folder.substring(folder.indexOf('{') + 1, folder.length() - 1).split(",", -1);
    int at = 0;
    for (int i = 0; i < 3; i++) {
      float[] own = Arrays.copyOfRange(tensor.values(), at * columns, (at + rows[i]) * columns);
      List<Integer> shape =
          tensor.shape().size() == 1 ? List.of(rows[i]) : List.of(rows[i], columns);
      writer.put(prefix + names[i] + suffix, new Tensor(shape, own));
      at += rows[i];
    }
  }

  private static List<Tensor> slices(Tensor tensor) {
    List<Integer> shape = tensor.shape().subList(1, tensor.shape().size());
    int size = tensor.values().length / tensor.shape().getFirst();
    List<Tensor> slices = new ArrayList<>();
    for (int i = 0; i < tensor.shape().getFirst(); i++) {
      slices.add(new Tensor(shape, Arrays.copyOfRange(tensor.values(), i * size, (i + 1) * size)));
    }
    return slices;
  }

  /// The last two dimensions swapped; a vector stays.
  private static Tensor transposed(Tensor tensor) {
    List<Integer> shape = new ArrayList<>(tensor.shape());
    int last = shape.size() - 1;
    if (last == 0) {
      return tensor;
    }
    int rows = shape.get(last - 1);
    int columns = shape.get(last);
    float[] turned = new float[tensor.values().length];
    for (int i = 0; i < turned.length; i++) {
      int matrix = i / (rows * columns);
      int row = i / columns % rows;
      turned[(matrix * columns + i % columns) * rows + row] = tensor.values()[i];
    }
    shape.set(last - 1, columns);
    shape.set(last, rows);
    return new Tensor(shape, turned);
  }

  /// gpt-oss alternates rows of gate and up.
  private static void interleaveGates(Map<String, Tensor> tensors) {
    for (String name : List.copyOf(tensors.keySet())) {
      if (name.contains("ffn_gate_exps")) {
        Tensor gate = tensors.remove(name);
        Tensor up = tensors.remove(name.replace("gate", "up"));
        int columns = gate.shape().size() == 3 ? gate.shape().get(2) : 1;
        float[] both = new float[2 * gate.values().length];
        for (int i = 0; i < gate.values().length; i++) {
          int row = i / columns;
          both[2 * row * columns + i % columns] = gate.values()[i];
          both[(2 * row + 1) * columns + i % columns] = up.values()[i];
        }
        List<Integer> shape = new ArrayList<>(gate.shape());
        shape.set(1, 2 * shape.get(1));
        tensors.put(name.replace("gate", "gate_up"), new Tensor(shape, both));
      }
    }
  }

  /// llama.cpp keeps the two halves of DeepSeek's `kv_b_proj` apart, that of the keys transposed.
  private static void joinLatent(Map<String, Tensor> tensors) {
    for (String name : List.copyOf(tensors.keySet())) {
      if (name.endsWith("attn_k_b.weight")) {
        Tensor keys = transposed(tensors.remove(name));
        Tensor values = tensors.remove(name.replace("_k_b", "_v_b"));
        int heads = keys.shape().getFirst();
        int rank = keys.shape().get(2);
        int both = keys.shape().get(1) + values.shape().get(1);
        float[] joined = new float[heads * both * rank];
        int key = keys.shape().get(1) * rank;
        int value = values.shape().get(1) * rank;
        for (int h = 0; h < heads; h++) {
          System.arraycopy(keys.values(), h * key, joined, h * both * rank, key);
          System.arraycopy(values.values(), h * value, joined, h * both * rank + key, value);
        }
        tensors.put(name.replace("_k_b", "_kv_b"), new Tensor(List.of(heads * both, rank), joined));
      }
    }
  }

  private void longRope(String key, Tensor factors) {
    var scaling = writer.config().withObjectProperty("rope_scaling");
    scaling.put("type", "longrope");
    scaling.put(
        "attention_factor",
        (float) file.metadata().real("phi3.rope.scaling.attn_factor").orElse(1));
    var list = scaling.putArray(key);
    for (float factor : factors.values()) {
      list.add(factor);
    }
  }
}

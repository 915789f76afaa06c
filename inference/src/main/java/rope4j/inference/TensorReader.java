package rope4j.inference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.TensorInfo;
import rope4j.checkpoint.TensorType;
import rope4j.inference.source.ModelSource;

/// Takes tensors out of files, each checked for its shape, and knows which were not taken.
final class TensorReader {

  /// Tensors that carry angles, not weights; the rope resolution reads them. Old files carry them
  /// per layer too.
  private static final Set<String> ROPE_TENSORS =
      Set.of(
          "rope_freqs.weight",
          "rope_factors_long.weight",
          "rope_factors_short.weight",
          "attn_rot_embd.weight");

  private static final Pattern BLOCK = Pattern.compile("^blk\\.(\\d{1,9})\\.");

  private final ModelSource source;
  private final String architecture;
  private final Map<String, TensorInfo> unused = new LinkedHashMap<>();

  /// @param blocks those that are read; tensors of later ones are no concern
  TensorReader(ModelSource source, String architecture, int blocks) {
    this.source = source;
    this.architecture = architecture;
    for (TensorInfo info : source.tensors()) {
      var block = BLOCK.matcher(info.name());
      boolean later = block.find() && Integer.parseInt(block.group(1)) >= blocks;
      if (!later && !ROPE_TENSORS.contains(block.replaceFirst(""))) {
        unused.put(info.name(), info);
      }
    }
  }

  boolean has(String name) {
    return source.tensor(name).isPresent();
  }

  /// Rows of a matrix whose columns are known.
  int rowsOf(String name, int columns) {
    TensorInfo info = info(name);
    if (info.shape().size() > 3 || info.dimension(0) != columns) {
      throw wrongShape(info, columns + " columns");
    }
    return Math.toIntExact(info.dimension(1));
  }

  /// Columns of a matrix.
  int columnsOf(String name) {
    return Math.toIntExact(info(name).dimension(0));
  }

  /// Elements of a tensor, and whether they lie in one row.
  TensorInfo infoOf(String name) {
    return info(name);
  }

  WeightMatrix matrix(String name, long rows, int columns) {
    return stack(name, 1, rows, columns).getFirst();
  }

  /// `name.weight`, with `name.bias` where the file has it.
  Linear linear(String name, long rows, int columns) {
    return new Linear(matrix(name + ".weight", rows, columns), bias(name, rows));
  }

  /// Some rows of `name.weight`, with those of `name.bias` where the file has it.
  Linear rows(String name, int first, int count, long rows, int columns) {
    WeightMatrix all = matrix(name + ".weight", rows, columns);
    float[] bias = bias(name, rows);
    return new Linear(
        rows(all, first, count),
        bias.length == 0 ? bias : Arrays.copyOfRange(bias, first, first + count));
  }

  static WeightMatrix rows(WeightMatrix all, int first, int count) {
    long bytes = all.data().byteSize() / all.rows();
    return new WeightMatrix(
        count, all.columns(), all.type(), all.data().asSlice(first * bytes, count * bytes));
  }

  private float[] bias(String name, long length) {
    return has(name + ".bias") ? vector(name + ".bias", length) : new float[0];
  }

  float[] vector(String name, long length) {
    return stack(name, 1, 1, Math.toIntExact(length)).getFirst().toArray();
  }

  Optional<float[]> optionalVector(String name, long length) {
    return has(name) ? Optional.of(vector(name, length)) : Optional.empty();
  }

  /// Matrices of one tensor.
  List<WeightMatrix> stack(String name, int count, long rows, int columns) {
    TensorInfo info = info(name);
    if (info.dimension(0) != columns
        || info.dimension(1) != rows
        || info.dimension(2) != count
        || info.shape().size() > 3) {
      throw wrongShape(info, columns + " x " + rows + (count > 1 ? " x " + count : ""));
    }
    if (!WeightMatrix.supports(info.type())) {
      throw new CheckpointException(
          "tensor "
              + source.nameInFile(name)
              + " has type "
              + info.type()
              + ", which this engine can't run; it runs "
              + supportedTypes()
              + ", so convert or quantize the model to one of these");
    }
    unused.remove(name);
    List<WeightMatrix> matrices = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      matrices.add(new WeightMatrix((int) rows, columns, info.type(), source.data(info, i, count)));
    }
    return matrices;
  }

  void requireAllUsed() {
    if (!unused.isEmpty()) {
      throw new CheckpointException(
          "tensor "
              + source.nameInFile(unused.keySet().iterator().next())
              + " is not one this engine's "
              + architecture
              + " architecture knows, and leaving it out would change the result");
    }
  }

  private TensorInfo info(String name) {
    return source
        .tensor(name)
        .orElseThrow(() ->
            new CheckpointException(
                "tensor "
                    + source.nameInFile(name)
                    + " is missing; the file is not a complete "
                    + architecture
                    + " model"));
  }

  private CheckpointException wrongShape(TensorInfo info, String expected) {
    return new CheckpointException(
        "tensor "
            + source.nameInFile(info.name())
            + " has shape "
            + info.shape()
            + ", but the metadata asks for "
            + expected);
  }

  private static String supportedTypes() {
    return String.join(
        ", ",
        Arrays.stream(TensorType.values())
            .filter(WeightMatrix::supports)
            .map(TensorType::name)
            .toList());
  }
}

package rope4j.checkpoint.safetensors;

import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/// The tensors of a model in safetensors, from its headers or its index; no weight is read.
///
/// @param tensors by name, in the files' order
/// @param files the files they are in, in order
public record TensorIndex(SequencedMap<String, Tensor> tensors, List<String> files) {

  /// One tensor.
  ///
  /// @param name its name, for example `model.layers.0.self_attn.q_proj.weight`
  /// @param file the file it is in
  /// @param type `F32`, `BF16`, …; empty when only the index was there
  /// @param shape outermost dimension first; empty when only the index was there
  public record Tensor(String name, String file, Optional<String> type, List<Long> shape) {}
}

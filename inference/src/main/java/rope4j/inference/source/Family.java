package rope4j.inference.source;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// How the folders of some `model_type`s name what GGUF files name: a page of `families.txt`.
///
/// @param architecture GGUF's name
/// @param epsilonKey what the norms add; empty when it is fixed
/// @param epsilon the same where the file is silent
/// @param modules GGUF's names of what has a weight and perhaps a bias, by the folder's; `N` is a
///   block, `E` an expert or a head
/// @param tensors GGUF's names of single tensors, by the folder's
/// @param dropped tensors that take no part
/// @param keys further hyper-parameters
/// @param only values that the architecture is bound to
record Family(
    String architecture,
    Optional<String> epsilonKey,
    double epsilon,
    Map<String, List<Target>> modules,
    Map<String, List<Target>> tensors,
    Set<String> dropped,
    List<Key> keys,
    List<Only> only) {

  /// @param name GGUF's
  /// @param layout what has to be done to what the folder holds
  record Target(String name, TensorLayout layout) {}

  /// A hyper-parameter.
  ///
  /// @param suffix GGUF's key without the architecture
  /// @param name the key in `config.json`, with dots between nested ones; empty for a constant
  /// @param otherwise the value where the file is silent
  /// @param inverseRoot whether 1 is divided by its root
  record Key(
      Type type, String suffix, Optional<String> name, String otherwise, boolean inverseRoot) {
    enum Type {
      REAL,
      COUNT,
      FLAG
    }
  }

  /// @param name a key in `config.json`
  /// @param values what it may be
  record Only(String name, List<String> values) {}
}

package rope4j.inference;

import java.util.List;

/// What stands between the two products of a feed-forward network.
enum Activation {
  /// `x / (1 + e^-x)`.
  SILU("silu", "swish"),
  /// GELU by its tanh formula, through ggml's float16 table, also where a model was trained with
  /// the error function: llama.cpp does the same.
  GELU("gelu", "gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_python"),
  /// `max(0, x)^2`.
  RELU_SQUARED("relu2"),
  /// gpt-oss: both sides are limited to 7, the gate is `x * sigmoid(1.702 x)` and the other gets 1
  /// added.
  CLAMPED_SWISH("silu", "swiglu");

  private final List<String> names;

  Activation(String... names) {
    this.names = List.of(names);
  }

  /// What `config.json` calls it.
  List<String> names() {
    return names;
  }

  boolean isCalled(String name) {
    return names.contains(name);
  }
}

package rope4j.inference;

import java.util.List;
import java.util.Optional;

/// What follows attention in a block.
sealed interface FeedForward {

  /// `down(activation(gate(x)) * up(x))`, or `down(activation(up(x)))` without a gate.
  record Dense(Optional<Linear> gate, Linear up, Linear down, Activation activation)
      implements FeedForward {

    /// Inner width.
    int length() {
      return down.weights().columns();
    }
  }

  /// Several dense networks, of which every token goes through the best few.
  ///
  /// @param router one score per expert
  /// @param shared a network that every token goes through as well
  /// @param sharedGate its answer is weighted by the sigmoid of this one row's product
  record Mixture(
      Linear router,
      Routing routing,
      List<Dense> experts,
      Optional<Dense> shared,
      Optional<Linear> sharedGate)
      implements FeedForward {}

  /// Inner width of the widest network.
  static int widest(FeedForward feedForward) {
    return switch (feedForward) {
      case Dense dense -> dense.length();
      case Mixture mixture ->
          Math.max(
              mixture.experts().getFirst().length(), mixture.shared().map(Dense::length).orElse(0));
    };
  }
}

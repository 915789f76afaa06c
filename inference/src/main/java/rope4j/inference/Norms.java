package rope4j.inference;

import static rope4j.inference.kernel.Kernels.TILE;

import java.util.List;
import rope4j.inference.kernel.BlockKernels;
import rope4j.inference.kernel.Elementwise;
import rope4j.inference.kernel.Kernels;

/// Applies norms to tiles.
record Norms(Kernels kernels, BlockKernels blockKernels) {

  /// Norms one tile.
  ///
  /// @param x holds `[channels][TILE]` from `xOffset` on
  /// @param y receives the same shape; may be `x` itself
  void apply(Norm norm, float[] x, int xOffset, float[] y, int yOffset) {
    int channels = norm.channels();
    switch (norm.kind()) {
      case RMS -> kernels.rmsNorm(x, xOffset, norm.weight(), y, yOffset, channels, norm.epsilon());
      case LAYER ->
          blockKernels.layerNorm(x, xOffset, norm.weight(), y, yOffset, channels, norm.epsilon());
    }
    if (norm.bias().length > 0) {
      Elementwise.addRows(y, yOffset, channels, norm.bias(), 0);
    }
  }

  /// Norms consecutive channels of one tile in place, each norm its own.
  void applyInTurn(List<Norm> norms, float[] x, int offset) {
    int at = offset;
    for (int i = 0; i < norms.size(); i++) {
      Norm norm = norms.get(i);
      apply(norm, x, at, x, at);
      at += norm.channels() * TILE;
    }
  }
}

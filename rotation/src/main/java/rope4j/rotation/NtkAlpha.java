package rope4j.rotation;

/// NTK-aware scaling by a free constant instead of a length ratio: the base becomes `base *
/// alpha^(n/(n-2))`.
///
/// Sources: exllama's `alpha`; vLLM `dynamic_ntk_alpha_rope.py` and `xdrope.py` (`n` is the rotary
/// dimension); Transformers `models/hunyuan_v1_dense` (`n` is the head dimension, HunYuan ships
/// alpha 1000). Static in spite of its `rope_type` "dynamic".
///
/// @param alpha above 0 and finite; unlike a factor it is not a length ratio
/// @param exponent which dimension `n` is
public record NtkAlpha(double alpha, Exponent exponent) implements Scaling {

  /// The dimension in the exponent `n/(n-2)`; the two agree when the whole head rotates.
  public enum Exponent {
    /// vLLM.
    ROTARY_DIMENSION,
    /// Transformers.
    HEAD_DIMENSION
  }

  public NtkAlpha {
    Checks.positive("ntk alpha (alpha)", alpha);
  }

  /// With the rotary dimension in the exponent.
  public NtkAlpha(double alpha) {
    this(alpha, Exponent.ROTARY_DIMENSION);
  }

  @Override
  public String name() {
    return "ntk-alpha";
  }

  @Override
  public Frequencies frequencies(RopeParameters parameters, int contextLength) {
    int n =
        switch (exponent) {
          case ROTARY_DIMENSION -> parameters.rotaryDimension();
          case HEAD_DIMENSION -> parameters.headDimension();
        };
    return NtkAware.rebased(parameters, NtkAware.raise(parameters.base(), alpha, n));
  }
}

package rope4j.lab.model;

/// How the weights of a model begin.
public enum Initialisation {
  /// As in GPT-2: normal with deviation 0.02, and less where a layer's outputs join the residual
  /// stream, so that their sum has the same size however many layers there are.
  NORMAL {
    @Override
    Law embedding(int width) {
      return new Law.Normal(DEVIATION);
    }

    @Override
    Law linear(int inputs) {
      return new Law.Normal(DEVIATION);
    }

    @Override
    Law outward(int inputs, int layers) {
      return new Law.Normal(DEVIATION / Math.sqrt(2.0 * layers));
    }
  },

  /// What PyTorch's `nn.Linear` and `nn.Embedding` begin with when nothing else is said: uniform up
  /// to one over the root of the number of inputs, and standard normal.
  PYTORCH {
    @Override
    Law embedding(int width) {
      return new Law.Normal(1);
    }

    @Override
    Law linear(int inputs) {
      return new Law.Uniform(1 / Math.sqrt(inputs));
    }

    @Override
    Law outward(int inputs, int layers) {
      return linear(inputs);
    }
  },

  /// As [#PYTORCH], but embeddings of deviation one over the root of the width: what an encoding
  /// that multiplies them by that root expects (Vaswani et al., arXiv 1706.03762, section 3.4).
  /// With standard normal ones sinusoids would be a sixteenth of what they are added to.
  PYTORCH_SMALL_EMBEDDINGS {
    @Override
    Law embedding(int width) {
      return new Law.Normal(1 / Math.sqrt(width));
    }

    @Override
    Law linear(int inputs) {
      return PYTORCH.linear(inputs);
    }

    @Override
    Law outward(int inputs, int layers) {
      return PYTORCH.outward(inputs, layers);
    }
  };

  private static final double DEVIATION = 0.02;

  /// Of a table of vectors, one a token or position.
  abstract Law embedding(int width);

  /// Of a matrix.
  abstract Law linear(int inputs);

  /// Of a matrix whose outputs are added to the residual stream.
  abstract Law outward(int inputs, int layers);
}

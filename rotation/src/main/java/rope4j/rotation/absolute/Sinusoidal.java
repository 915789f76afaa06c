package rope4j.rotation.absolute;

/// Sinusoidal encodings that are added to embeddings: sines in the first half, cosines in the
/// second.
public enum Sinusoidal {
  /// Column `j` of the paper has the frequency `10000^(-2 floor(j/2) / dimension)`; even columns
  /// are sines. Marian, RoFormer and Informer move all sines to the front. Computed in float64.
  ///
  /// Source: Vaswani et al., arXiv 1706.03762, section 3.5; Transformers `modeling_marian.py`.
  MARIAN {
    @Override
    void fill(float[] row, int position) {
      int sines = (row.length + 1) / 2;
      for (int i = 0; i < row.length; i++) {
        int pair = i < sines ? i : i - sines;
        double angle = position / Math.pow(10000, 2.0 * pair / row.length);
        row[i] = (float) (i < sines ? Math.sin(angle) : Math.cos(angle));
      }
    }
  },

  /// Frequencies `exp(-i ln(10000) / (dimension/2 - 1))`, so that the slowest is exactly 1/10000;
  /// an odd dimension ends in a zero column. Float32 as tensor2tensor, M2M100, SpeechT5 and
  /// Whisper.
  ///
  /// Source: Transformers `modeling_m2m_100.py` and `modeling_whisper.py`.
  TENSOR2TENSOR {
    @Override
    void fill(float[] row, int position) {
      int half = row.length / 2;
      double step = Math.log(10000) / (half - 1);
      for (int i = 0; i < half; i++) {
        float angle = (float) position * (float) Math.exp(-step * i);
        row[i] = (float) Math.sin(angle);
        row[half + i] = (float) Math.cos(angle);
      }
    }
  },

  /// GPT-J's table: the rotation's own frequencies `10000^(-2i/dimension)`, float32. Not added, but
  /// rotated with.
  ///
  /// Source: Transformers `modeling_gptj.py`, `create_sinusoidal_positions`.
  GPT_J {
    @Override
    void fill(float[] row, int position) {
      int half = row.length / 2;
      for (int i = 0; i < half; i++) {
        float inverse = 1f / (float) Math.pow(10000, 2f * i / row.length);
        float angle = (float) position * inverse;
        row[i] = (float) Math.sin(angle);
        row[half + i] = (float) Math.cos(angle);
      }
    }
  };

  abstract void fill(float[] row, int position);

  /// The encoding of one position.
  ///
  /// @param dimension channels of an embedding, at least 4 so that there are two frequencies
  public float[] row(int position, int dimension) {
    if (dimension < 4) {
      throw new IllegalArgumentException(
          "a sinusoidal encoding needs a dimension of at least 4, but it is " + dimension);
    }
    float[] row = new float[dimension];
    fill(row, position);
    return row;
  }

  /// The encodings of the positions 0 to `positions - 1`.
  public float[][] table(int positions, int dimension) {
    float[][] table = new float[positions][];
    for (int p = 0; p < positions; p++) {
      table[p] = row(p, dimension);
    }
    return table;
  }
}

package rope4j.lab.experiment;

/// How a model is trained.
///
/// @param length tokens of a sequence: the trained length
/// @param steps optimizer steps
/// @param batch sequences a step
/// @param learningRate the highest; it falls along a cosine to a tenth
public record Training(int length, int steps, int batch, double learningRate) {

  public Training {
    if (length < 8 || steps < 1 || batch < 1) {
      throw new IllegalArgumentException(
          "training needs a length of at least 8 tokens, and at least 1 step and 1 sequence a step");
    }
    if (!(learningRate > 0) || learningRate > 1) {
      throw new IllegalArgumentException(
          "the learning rate must be above 0 and at most 1, but it is " + learningRate);
    }
  }

  /// The same with other steps.
  public Training withSteps(int other) {
    return new Training(length, other, batch, learningRate);
  }
}

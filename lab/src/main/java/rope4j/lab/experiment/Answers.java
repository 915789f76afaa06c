package rope4j.lab.experiment;

import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import rope4j.lab.task.Example;

/// What a model made of test examples of one length.
///
/// @param examples what was asked
/// @param nll `-ln p` of each target, nats, `[example][position]`; of no meaning where none was
///   asked
/// @param right whether the likeliest token was the target, `[example][position]`
record Answers(List<Example> examples, double[][] nll, boolean[][] right) {

  Answers {
    examples = List.copyOf(examples);
  }

  /// Mean NLL over the positions that ask; empty when none does.
  OptionalDouble nll(int from, int to) {
    return mean(from, to, (example, position) -> nll[example][position]);
  }

  /// Share of right answers.
  OptionalDouble accuracy(int from, int to) {
    return mean(from, to, (example, position) -> right[example][position] ? 1 : 0);
  }

  /// Mean of the least NLL there can be.
  OptionalDouble floor(int from, int to) {
    List<double[]> floors = examples.stream().map(Example::floor).toList();
    return mean(from, to, (example, position) -> floors.get(example)[position]);
  }

  private interface Value {
    double at(int example, int position);
  }

  private OptionalDouble mean(int from, int to, Value value) {
    return IntStream.range(0, examples.size())
        .boxed()
        .flatMapToDouble(i -> asked(i, from, to).mapToDouble(p -> value.at(i, p)))
        .average();
  }

  private IntStream asked(int example, int from, int to) {
    int[] targets = examples.get(example).targets();
    return IntStream.range(from, to).filter(p -> targets[p] != Example.NOT_ASKED);
  }
}

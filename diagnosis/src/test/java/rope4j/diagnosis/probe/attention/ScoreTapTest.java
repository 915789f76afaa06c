package rope4j.diagnosis.probe.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import rope4j.diagnosis.probe.trial.Candidate;
import rope4j.inference.Model;
import rope4j.inference.ModelRotation;
import rope4j.rotation.Pairing;
import rope4j.rotation.Precision;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Rotation;
import rope4j.rotation.Unscaled;

/// A model of 2 layers, 4 heads of queries and 2 of keys, each of 16 channels; queries and keys are
/// made up here, and the scores were computed by hand.
class ScoreTapTest {

  private static final int CHANNELS = 16;
  private static final int HEADS = 4;
  private static final int KEY_HEADS = 2;

  private static List<Model> models = List.of();

  @BeforeAll
  static void load() {
    models =
        List.of(
            Model.load(
                Path.of("../inference/src/test/resources/parity/zoo/models/llama-gqa.gguf"), 1));
  }

  @AfterAll
  static void close() {
    models.forEach(Model::close);
  }

  private static Candidate candidate() {
    RopeParameters parameters =
        new RopeParameters(CHANNELS, CHANNELS, 10_000, 64, Pairing.INTERLEAVED, new Unscaled());
    Rotation rotation = Rotation.of(parameters, 64, Precision.EXACT);
    return new Candidate("own", "own", parameters, 64, ModelRotation.everywhere(rotation, 2));
  }

  /// A number in one channel of each head.
  private static float[] row(int channel, float... heads) {
    float[] row = new float[heads.length * CHANNELS];
    for (int head = 0; head < heads.length; head++) {
      row[head * CHANNELS + channel] = heads[head];
    }
    return row;
  }

  private static float[] none(int heads) {
    return new float[heads * CHANNELS];
  }

  /// Scores of the query at position 1, by head.
  private static Map<Integer, double[]> scores(
      Model model, double scale, float[] firstKeys, float[] queries, float[] keys) {
    Map<Integer, double[]> scores = new TreeMap<>();
    ScoreTap tap =
        new ScoreTap(
            model,
            candidate(),
            layer -> layer == 0,
            position -> position == 1,
            1,
            (_, head, _, values) -> scores.put(head, values));
    tap.accept(0, 0, scale, none(HEADS), firstKeys);
    tap.accept(0, 1, scale, queries, keys);
    return scores;
  }

  @Test
  void everyHeadReadsTheKeysOfItsGroupAtTheScaleOfTheModel() {
    Map<Integer, double[]> scores =
        scores(models.getFirst(), 0.5, row(0, 1, 10), row(0, 2, 3, 5, 7), row(0, 100, 1000));
    // The first pair turns by one radian a token; the query's own key stands where it does.
    double cos = Math.cos(1);
    double[] far = {0.5 * 2 * cos, 0.5 * 3 * cos, 0.5 * 5 * 10 * cos, 0.5 * 7 * 10 * cos};
    double[] own = {100, 150, 2500, 3500};
    assertThat(scores).hasSize(HEADS);
    scores.forEach((head, values) -> {
      assertThat(values).hasSize(2);
      assertThat(values[0]).isCloseTo(far[head], within(1e-4));
      assertThat(values[1]).isCloseTo(own[head], within(1e-2));
    });
  }

  /// A query along x and a key along y a token before: cos(1 − π/2).
  @Test
  void queriesTurnForwardFromKeys() {
    Map<Integer, double[]> scores =
        scores(models.getFirst(), 1, row(1, 1, 1), row(0, 1, 1, 1, 1), none(KEY_HEADS));
    assertThat(scores.get(0)[0]).isCloseTo(Math.sin(1), within(1e-6));
  }

  @Test
  void whatAWindowHidesHasNoScore() {
    Model cut = models.getFirst().withAttentionWindow(1);
    Map<Integer, double[]> scores = scores(cut, 1, row(0, 1, 1), row(0, 1, 1, 1, 1), row(0, 1, 1));
    assertThat(scores.get(3)[0]).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(scores.get(3)[1]).isCloseTo(1, within(1e-6));
  }

  @Test
  void layersAtEvenDistancesFitIntoTheMemory() {
    Model model = models.getFirst();
    long perLayer = 100L * KEY_HEADS * CHANNELS;
    assertThat(looked(ScoreTap.layers(model, 100, 2 * perLayer))).containsExactly(0, 1);
    assertThat(looked(ScoreTap.layers(model, 100, 2 * perLayer - 1))).containsExactly(0);
    assertThat(looked(ScoreTap.layers(model, 100, 1))).containsExactly(0);
  }

  private static List<Integer> looked(IntPredicate layers) {
    return IntStream.range(0, 2).filter(layers).boxed().toList();
  }

  @Test
  void layersThatAreNotLookedAtAreNotReported() {
    List<Integer> seen = new ArrayList<>();
    ScoreTap tap =
        new ScoreTap(
            models.getFirst(),
            candidate(),
            layer -> layer == 1,
            _ -> true,
            0,
            (layer, _, _, _) -> seen.add(layer));
    for (int layer : Arrays.asList(0, 1)) {
      tap.accept(layer, 0, 1, none(HEADS), none(KEY_HEADS));
    }
    assertThat(seen).hasSize(HEADS).containsOnly(1);
  }
}

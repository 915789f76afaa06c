package rope4j.lab.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.config.Dialect;
import rope4j.checkpoint.config.HuggingFaceConfig;
import rope4j.checkpoint.config.RopeReading;
import rope4j.inference.Model;
import rope4j.inference.tokenizer.Tokenizer;
import rope4j.lab.demo.DemoModel;
import rope4j.lab.model.LanguageModel;
import rope4j.lab.model.LibTorch;
import rope4j.lab.model.ModelConfig;
import rope4j.lab.model.PositionEncoding;
import rope4j.lab.story.Story;
import rope4j.lab.story.StoryVocabulary;
import rope4j.lab.training.Batch;
import rope4j.lab.training.Evaluation;
import rope4j.lab.weights.WeightFile;
import rope4j.rotation.Linear;
import rope4j.rotation.NtkAware;
import rope4j.rotation.NtkByParts;
import rope4j.rotation.PRope;
import rope4j.rotation.Pairing;
import rope4j.rotation.Unscaled;
import rope4j.rotation.WeightRows;
import rope4j.rotation.Yarn;

class ExportTest {

  static final PositionEncoding.Rope ROPE = new PositionEncoding.Rope(10000);
  static final int TRAINED = 32;

  /// What every fine-tuned model may have been fine-tuned under.
  static final List<PositionEncoding.Rope> ROPES =
      List.of(
          ROPE,
          new PositionEncoding.Rope(500000, 0.5, new Unscaled()),
          ROPE.withScaling(new PRope(0.25)),
          ROPE.withScaling(new Linear(4)),
          ROPE.withScaling(new Yarn(4, TRAINED)),
          ROPE.withScaling(new Yarn(4, TRAINED).withAttentionFactor(1.3)),
          ROPE.withScaling(new Yarn(4, TRAINED, 4, 1, true, 1, OptionalDouble.empty())),
          ROPE.withScaling(new NtkAware(4)),
          ROPE.withScaling(new NtkByParts(4, TRAINED)));

  @TempDir Path folder;

  static LanguageModel model(PositionEncoding.Rope rope, boolean tied) {
    ModelConfig config = ModelConfig.transformer(64, 64, 2, 2, 96, TRAINED, tied, rope);
    LanguageModel model = new LanguageModel(config, 11);
    // A new model guesses nearly evenly, whatever it is asked: larger weights tell it apart.
    float[] values = LibTorch.values(model.parameters().values());
    for (int i = 0; i < values.length; i++) {
      values[i] *= Math.abs(values[i]) < 0.5 ? 6 : 1;
    }
    LibTorch.fill(model.parameters().values(), values);
    return model;
  }

  private static Release release(LanguageModel model, PositionEncoding.Rope rope) {
    return new Release("test", model, rope, 4 * TRAINED, Optional.empty());
  }

  private static int[] tokens() {
    return new Random(2).ints(4 * TRAINED, 0, 64).toArray();
  }

  private static double[] inTraining(LanguageModel model, PositionEncoding.Rope rope) {
    return Evaluation.of(model, rope, Batch.ofTexts(new int[][] {tokens()})).nll()[0];
  }

  private static double[] inTheEngine(Path file) {
    try (Model model = Model.load(file, 1)) {
      return model.scorer().score(tokens(), model.rotation(RopeOverrides.NONE, 4 * TRAINED));
    }
  }

  @TestFactory
  Stream<DynamicTest> aGgufFileGivesTheLikelihoodsOfTraining() {
    return ROPES.stream()
        .map(rope -> DynamicTest.dynamicTest(rope.toString(), () -> compare(rope)));
  }

  private void compare(PositionEncoding.Rope rope) {
    Path file = folder.resolve("model" + Math.abs(rope.hashCode()) + ".gguf");
    try (LanguageModel model = model(rope, rope.rotaryFraction() == 1)) {
      GgufExport.write(release(model, rope), Storage.F32, file);

      assertThat(inTheEngine(file)).containsExactly(inTraining(model, rope), within(1e-3));
    }
  }

  @TestFactory
  Stream<DynamicTest> aFolderGivesTheLikelihoodsOfTraining() {
    return folderRopes()
        .map(rope ->
            DynamicTest.dynamicTest(
                rope.toString(),
                () -> {
                  try (LanguageModel model = model(rope, true)) {
                    HuggingFaceExport.write(release(model, rope), folder);

                    assertThat(inTheEngine(folder))
                        .containsExactly(inTraining(model, rope), within(1e-3));
                  }
                }));
  }

  /// What Transformers has words for.
  private static Stream<PositionEncoding.Rope> folderRopes() {
    return ROPES.stream()
        .filter(rope -> rope.rotaryFraction() == 1)
        .filter(rope -> !(rope.scaling() instanceof NtkByParts || rope.scaling() instanceof PRope));
  }

  @Test
  void roundedWeightsChangeLittle() {
    try (LanguageModel model = model(ROPE, true)) {
      for (Storage storage : List.of(Storage.F16, Storage.Q8_0)) {
        Path file = folder.resolve(storage + ".gguf");
        GgufExport.write(release(model, ROPE), storage, file);
        double[] rounded = inTheEngine(file);
        double[] exact = inTraining(model, ROPE);
        double difference = 0;
        for (int i = 0; i < exact.length; i++) {
          difference += Math.abs(rounded[i] - exact[i]) / exact.length;
        }

        assertThat(difference).as(storage.name()).isBetween(1e-7, 0.05);
      }
    }
  }

  @Test
  void aMatrixThatDoesNotFillBlocksIsRefusedByName() {
    ModelConfig config = ModelConfig.transformer(64, 48, 1, 2, 96, TRAINED, true, ROPE);
    try (LanguageModel model = new LanguageModel(config, 1)) {
      assertThatThrownBy(() ->
              GgufExport.write(release(model, ROPE), Storage.Q8_0, folder.resolve("model.gguf")))
          .hasMessageContaining("rows of 48 values, which Q8_0 can't store");
    }
  }

  @Test
  void aFolderHoldsTheSameWeightsWithPairsHalfAHeadApart() {
    try (LanguageModel model = model(ROPE, true)) {
      HuggingFaceExport.write(release(model, ROPE), folder);
      WeightFile weights = WeightFile.read(folder.resolve("model.safetensors"));

      model
          .parameters()
          .byName()
          .forEach((name, tensor) -> {
            float[] values = weights.values(name);
            if (name.contains("q_proj") || name.contains("k_proj")) {
              values = WeightRows.move(values, 2, 32, Pairing.HALF, Pairing.INTERLEAVED);
            }
            assertThat(values).as(name).isEqualTo(LibTorch.values(tensor));
          });
    }
  }

  @TestFactory
  Stream<DynamicTest> aFolderSaysTheRotationOfTraining() {
    return folderRopes()
        .map(rope -> DynamicTest.dynamicTest(rope.toString(), () -> compareConfig(rope)));
  }

  private void compareConfig(PositionEncoding.Rope rope) {
    try (LanguageModel model = model(rope, true)) {
      HuggingFaceExport.write(release(model, rope), folder);
      var found =
          RopeReading.of(
                  HuggingFaceConfig.read(folder.resolve("config.json")), Dialect.TRANSFORMERS)
              .layers()
              .getFirst()
              .frequencies();
      var expected = model.config().ropeParameters(rope).frequencies(4 * TRAINED);

      assertThat(found.inverse()).containsExactly(expected.inverse(), within(1e-9));
      assertThat(found.attentionFactor()).isCloseTo(expected.attentionFactor(), within(1e-9));
    }
  }

  @Test
  void bothFilesCutTextsIntoTheTokensOfTraining() {
    ModelConfig config =
        ModelConfig.transformer(
            StoryVocabulary.standard().size(), 32, 1, 1, 32, TRAINED, true, ROPE);
    Story story = Story.write(4, 400);
    int[] expected = Arrays.copyOfRange(story.tokens(), 1, 400);
    String foreign = "Zoë hid 3 lamps, in\nthe mill";
    try (LanguageModel model = new LanguageModel(config, 1)) {
      Release release = Release.asTrained("story", model, DemoModel.vocabulary());
      Path gguf = folder.resolve("story.gguf");
      GgufExport.write(release, Storage.F16, gguf);
      HuggingFaceExport.write(release, folder);
      Tokenizer fromFolder = Tokenizer.of(folder.resolve("tokenizer.json"));
      try (Model loaded = Model.load(gguf, 1)) {
        Tokenizer fromGguf = loaded.tokenizer();

        assertThat(fromGguf.encode(story.text())).isEqualTo(expected);
        assertThat(fromFolder.encode(story.text())).isEqualTo(expected);
        assertThat(fromFolder.encode(foreign)).isEqualTo(fromGguf.encode(foreign));
        assertThat(fromFolder.decode(fromFolder.encode(foreign))).isEqualTo(foreign);
        assertThat(fromFolder.bos()).isEqualTo(fromGguf.bos()).hasValue(StoryVocabulary.BEGIN);
        assertThat(fromFolder.addsBos()).isTrue();
      }
    }
  }

  @Test
  void aModelWithoutARotationDoesNotLeave() {
    ModelConfig config =
        ModelConfig.transformer(64, 32, 1, 1, 32, TRAINED, true, new PositionEncoding.Alibi());
    try (LanguageModel model = new LanguageModel(config, 1)) {
      assertThatThrownBy(() -> release(model, ROPE)).hasMessageContaining("has alibi");
    }
  }

  @Test
  void aRotationThatTransformersHasNoWordsForIsRefused() {
    PositionEncoding.Rope rope = ROPE.withScaling(new NtkByParts(4, TRAINED));
    try (LanguageModel model = model(rope, true)) {
      assertThatThrownBy(() -> HuggingFaceExport.write(release(model, rope), folder))
          .hasMessageContaining("write a GGUF file");
      assertThat(Files.exists(folder.resolve("model.safetensors"))).isFalse();
    }
  }
}

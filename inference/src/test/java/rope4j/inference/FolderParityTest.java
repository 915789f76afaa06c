package rope4j.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import rope4j.inference.FolderWriter.Stored;

/// A model in a Hugging Face folder has the NLL that llama.cpp computed for the GGUF file its
/// converter makes of it.
class FolderParityTest {

  /// Rope settings under which Transformers rotates otherwise than llama.cpp, and why.
  private static final Map<String, Set<String>> OTHER_ROTATION =
      Map.of(
          // llama.cpp passes over an attention factor where YaRN is active, or needs no YaRN for
          // it.
          "llama-gqa", Set.of("yarn_beta", "attn_only"),
          // llama.cpp keeps the stored divisors under every scaling; in Transformers a scaling
          // replaces another.
          "llama3-ropefreqs", Set.of("none", "linear4", "yarn4", "base"),
          "phi3", Set.of("none", "linear4", "yarn4", "base", "yarn4_ctx512"),
          // llama.cpp's flags do not reach layers with a window.
          "gemma2", Set.of("linear4", "yarn4", "base"),
          "gpt-oss", Set.of("none", "base"),
          // llama.cpp multiplies DeepSeek's softmax scale for linear scaling too.
          "deepseek2-v3", Set.of("linear4"));

  @TempDir private Path temporary;

  @Test
  void thereIsAFixtureForEveryConfiguration() {
    assertThat(fixtures().map(FolderParityTest::name).distinct())
        .containsAll(new TreeSet<>(FolderOf.models()));
  }

  @TestFactory
  Stream<DynamicTest> negativeLogLikelihoodEqualsLlamaCpp() {
    return cases()
        .filter(example ->
            !OTHER_ROTATION.getOrDefault(name(example.fixture()), Set.of()).contains(example.id()))
        .map(example ->
            DynamicTest.dynamicTest(
                example.toString(),
                () -> {
                  try (Model model = folder(example.fixture())) {
                    check(example, model, model.rotation(example.flags(), example.contextLength()));
                  }
                }));
  }

  @TestFactory
  Stream<DynamicTest> soItDoesUnderLlamaCppsOwnRotation() {
    return cases()
        .map(example ->
            DynamicTest.dynamicTest(
                example.toString(),
                () -> {
                  try (Model gguf = Model.load(example.fixture().model(), 1);
                      Model model = folder(example.fixture())) {
                    ModelRotation theirs = gguf.rotation(example.flags(), example.contextLength());
                    check(
                        example, model, FolderOf.rotation(theirs, model, example.contextLength()));
                  }
                }));
  }

  private static void check(ParityFixture.Case example, Model model, ModelRotation rotation) {
    double[] nll = model.scorer().score(example.fixture().tokens(), rotation);
    double[] expected = example.nll();
    assertThat(nll).hasSameSizeAs(expected);
    for (int i = 0; i < nll.length; i++) {
      assertThat(nll[i])
          .as("NLL at %d", i)
          .isCloseTo(expected[i], within(example.fixture().tolerance("nll")));
    }
  }

  private static Stream<ParityFixture> fixtures() {
    return ParityFixture.all().stream().filter(fixture -> FolderOf.knows(name(fixture)));
  }

  private static Stream<ParityFixture.Case> cases() {
    return fixtures().flatMap(fixture -> fixture.cases().stream());
  }

  private Model folder(ParityFixture fixture) throws IOException {
    Path folder = Files.createTempDirectory(temporary, "model");
    return Model.load(FolderOf.model(fixture.model(), name(fixture)).write(folder, Stored.F32), 1);
  }

  private static String name(ParityFixture fixture) {
    return String.valueOf(fixture.file().getFileName()).replace(".json", "");
  }
}

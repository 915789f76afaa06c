package rope4j.diagnosis.prediction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import rope4j.diagnosis.inspection.Inspection;
import rope4j.diagnosis.inspection.Inspector;
import rope4j.inference.KeyValueType;
import rope4j.inference.Model;
import rope4j.inference.SessionOptions;

/// This engine's cache takes what `inspect` predicts; layers with a window keep up to a batch and
/// two chunks of 256 tokens more.
class EngineMemoryTest {

  private static final Path ZOO = Path.of("../inference/src/test/resources/parity/zoo/models");
  private static final int TOKENS = 4096;
  private static final int MORE_OF_A_WINDOW = 3 * 256;

  @TestFactory
  Stream<DynamicTest> bytesAreThosePredictedForEveryTypeThatFits() throws IOException {
    List<Path> models;
    try (Stream<Path> files = Files.list(ZOO)) {
      models = files.filter(file -> file.toString().endsWith(".gguf")).sorted().toList();
    }
    return models.stream()
        .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file)));
  }

  private static void check(Path file) {
    try (Model model = Model.load(file, 1)) {
      Inspection inspection =
          Inspector.inspect(
              model.checkpoint(), Optional.empty(), Optional.empty(), OptionalInt.of(TOKENS));
      int window = inspection.facts().cache().window().orElse(0);
      long sliding =
          inspection.facts().cache().groups().stream()
              .filter(group -> group.sliding())
              .mapToLong(
                  group -> (long) group.count() * (group.keyChannels() + group.valueChannels()))
              .sum();
      for (KeyValueType type : KeyValueType.values()) {
        SessionOptions options = SessionOptions.EXACT.withTypes(type, type);
        Long predicted = inspection.memory().byType().get(CacheType.valueOf(type.name()));
        if (predicted == null) {
          assertThatIllegalArgumentException()
              .isThrownBy(() -> model.cacheBytes(TOKENS, options))
              .withMessageContaining("use f16");
        } else if (window == 0 || sliding == 0) {
          assertThat(model.cacheBytes(TOKENS, options)).as(type.label()).isEqualTo(predicted);
        } else {
          assertThat(model.cacheBytes(TOKENS, options))
              .as(type.label())
              .isBetween(
                  predicted, predicted + type.bytes(Math.toIntExact(sliding)) * MORE_OF_A_WINDOW);
        }
      }
    }
  }
}

package rope4j.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rope4j.checkpoint.model.Checkpoint;
import rope4j.diagnosis.comparison.Comparison;
import rope4j.diagnosis.engine.Engine;

class ComparisonReportTest {

  @TempDir private Path folder;

  private String render(String scaling, int length, boolean colors) throws IOException {
    Files.writeString(
        folder.resolve("config.json"),
        "{\"model_type\": \"llama\", \"hidden_size\": 4096, \"num_attention_heads\": 32,"
            + " \"num_hidden_layers\": 2, \"max_position_embeddings\": 4096, \"rope_scaling\": "
            + scaling
            + "}");
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      return ComparisonReport.render(
          Comparison.of(
              checkpoint,
              List.of(Engine.VLLM, Engine.LLAMA_CPP, Engine.JLAMA, Engine.LLAMA3_JAVA),
              length),
          colors);
    }
  }

  @Test
  void saysWhichIsRightAndWhereTheOthersRunAway() throws IOException {
    String text = render("{\"rope_type\": \"dynamic\", \"factor\": 2.0}", 8192, false);
    assertThat(text)
        .contains(
            "right: Transformers.",
            "8,192 tokens",
            "4,096 tokens",
            "63 of 64",
            "a turn or more",
            "follows the length of the text");
  }

  @Test
  void saysInOneLineThatAllAgree() throws IOException {
    assertThat(render("null", 4096, false))
        .contains("All that read it rotate it alike, at every length.")
        .doesNotContain("pairs off");
  }

  @Test
  void noLineIsWiderThanAHundredColumns() throws IOException {
    assertThat(render("{\"rope_type\": \"dynamic\", \"factor\": 2.0}", 131072, false).lines())
        .allSatisfy(line -> assertThat(line.length()).as(line).isLessThanOrEqualTo(100));
  }

  @Test
  void coloursAreOnlyThereWhenAskedFor() throws IOException {
    String scaling = "{\"rope_type\": \"dynamic\", \"factor\": 2.0}";
    assertThat(render(scaling, 8192, false)).doesNotContain("\033");
    assertThat(render(scaling, 8192, true)).contains("\033[");
  }
}

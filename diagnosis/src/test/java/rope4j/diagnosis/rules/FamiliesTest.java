package rope4j.diagnosis.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FamiliesTest {

  @TempDir private Path temporary;

  @Test
  void aNameTellsTheFamily() {
    assertThat(family("llama-2-7b")).isEqualTo("Llama 2");
    assertThat(family("mistral-7b-v0.3")).isEqualTo("Mistral 7B v0.2");
    assertThat(family("gguf-llama-3.1-8b")).isEqualTo("Llama 3.1");
    assertThat(family("gguf-phi-3-mini-128k")).isEqualTo("Phi-3 128k");
    assertThat(family("gguf-gpt-oss-20b")).isEqualTo("gpt-oss");
  }

  @Test
  void numbersTellTheFamilyOfAFileWithoutAName() {
    assertThat(family("llama-3.2-3b")).isEqualTo("Llama 3.2");
    assertThat(family("qwen3-8b")).isEqualTo("Qwen3");
    assertThat(family("deepseek-v3")).isEqualTo("DeepSeek-V3");
    assertThat(family("gemma-3-4b")).isEqualTo("Gemma 3");
  }

  @Test
  void aFineTuneForAnotherLengthIsNotTheFamily() {
    assertThat(family("vicuna-7b-16k")).isEmpty();
  }

  private String family(String model) {
    List<RuleCase> found =
        RuleCase.healthy().stream().filter(healthy -> healthy.folder().endsWith(model)).toList();
    return found.getFirst().with(temporary, Families::of).map(Family::name).orElse("");
  }
}

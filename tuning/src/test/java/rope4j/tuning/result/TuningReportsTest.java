package rope4j.tuning.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.recipe.Recipe;

class TuningReportsTest {

  private final Tuning better = Proofs.tuning(0.95, 0.15);
  private final Tuning same = Proofs.tuning(1, 0.15);
  private final Tuning harsh = Proofs.tuning(0.9, 0.21);

  @Test
  void theTableNamesWhatToRunAndWhy() {
    String table = TuningTable.render(better, false);
    assertThat(table).contains("★ LongRoPE", "it beats every closed form", "best closed form");
    assertThat(table.lines())
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(110));
  }

  @Test
  void asMuchDamageAsYarnsIsNotCalledLess() {
    Tuning equal = Proofs.tuning(0.95, 0.2);
    assertThat(equal.improved()).isTrue();
    assertThat(TuningTable.render(equal, false).replaceAll("\\s+", " "))
        .contains("with no more damage to short text than YaRN (0.200 against 0.200)");
  }

  @Test
  void anHonestNoNamesTheClosedForm() {
    assertThat(TuningTable.render(same, false))
        .contains("★ YaRN ×4", "The search found nothing that beats it", "beyond chance");
  }

  @Test
  void aGainThatCostsTooMuchIsSaid() {
    assertThat(TuningTable.render(harsh, false).replaceAll("\\s+", " "))
        .contains("changes short text more than YaRN does (0.210 against 0.200)");
  }

  @Test
  void thePageIsWellFormedEscapedAndLoadsNothing() throws Exception {
    String page = TuningPage.render(better, Artifacts.recipes(better));
    var document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(
                new ByteArrayInputStream(
                    page.replaceFirst("<!DOCTYPE html>", "").getBytes(StandardCharsets.UTF_8)));
    assertThat(document.getElementsByTagName("svg").getLength()).isGreaterThanOrEqualTo(3);
    assertThat(page)
        .contains("a&amp;b.gguf", "&lt;text&gt;.txt", "LongRoPE")
        .doesNotContain("http://", "https://", "src=");
  }

  @Test
  void everyFoundRotationHasRecipesForFilesAndFolders() {
    assertThat(Artifacts.recipes(better))
        .filteredOn(Recipe::possible)
        .extracting(Recipe::engine)
        .contains(Engine.LLAMA_CPP, Engine.OLLAMA, Engine.VLLM, Engine.SGLANG, Engine.TRANSFORMERS);
    assertThat(Artifacts.configBlock(better).orElseThrow())
        .contains("\"longrope\"", "long_factor", "short_factor", "attention_factor");
    assertThat(Artifacts.configBlock(same).orElseThrow()).contains("\"yarn\"");
  }
}

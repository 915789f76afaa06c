package rope4j.diagnosis.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShellTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model.gguf",
        "my models/a b.gguf",
        "it's.gguf",
        "''",
        "$(id) `id` \\ \" ! * ? ~ # & ; | < > ( ) [ ] { }",
        "{\"rope_theta\": 1000000}",
        "模型.gguf",
        "",
        "~/model.gguf"
      })
  void aShellReadsTheSameWordBack(String word) {
    assertThat(Words.of(Shell.quoted(word)).words()).containsExactly(word);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-m.gguf", "--help"})
  void aFileIsNotTakenForAnOption(String file) {
    assertThat(Shell.file(file)).isEqualTo("./" + file);
  }
}

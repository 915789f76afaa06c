package rope4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One run of the command, as a user sees it.
record Cli(int code, String out, String err) {

  static Cli run(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = arguments[i].toString();
    }
    int code = Rope.run(new PrintWriter(out), new PrintWriter(err), words);
    return new Cli(code, out.toString(), err.toString());
  }

  /// A small random model of the engine's fixtures, trained on 64 tokens.
  static Path zoo(String name) {
    return Path.of("../inference/src/test/resources/parity/zoo/models", name + ".gguf");
  }

  JsonNode json() {
    return JsonMapper.shared().readTree(out);
  }

  /// Exit code 2, nothing on standard output, one sentence on standard error.
  void isRefusedWith(String... words) {
    assertThat(code).as(toString()).isEqualTo(2);
    assertThat(out).isEmpty();
    assertThat(err.strip().lines()).as(err).hasSize(1);
    assertThat(err).startsWith("rope: ").contains(words).doesNotContain("Exception");
  }
}

package rope4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Wrong input is answered by one sentence and exit code 2, and nothing is written.
class BadInputTest {

  private static final Path MODEL = Cli.zoo("llama-gqa");

  @TempDir private Path folder;
  private Path tokens;

  @BeforeEach
  void someTokens() throws IOException {
    tokens = file("tokens.txt", ids(400));
  }

  @Test
  void noCommand() {
    Cli.run().isRefusedWith("a command is missing");
  }

  @Test
  void anUnknownCommandOrFlag() {
    Cli.run("docter").isRefusedWith("docter");
    Cli.run("doctor", MODEL, "-c", 128, "--tokens", tokens, "--frobnicate")
        .isRefusedWith("--frobnicate");
  }

  @Test
  void wordsToChooseFromAreNamedAsTheyAreTyped() {
    Cli.run("doctor", MODEL, "-c", 128, "--tokens", tokens, "--accept", "breaks")
        .isRefusedWith("--accept", "'breaks' is none of holds, degrades");
    Cli.run("doctor", MODEL, "-c", 128, "--tokens", tokens, "--documents", "pages")
        .isRefusedWith("--documents", "'pages' is none of auto, line, whole");
  }

  @Test
  void noSuchModel() {
    Path absent = folder.resolve("absent.gguf");
    Cli.run("doctor", absent, "-c", 128, "--tokens", tokens).isRefusedWith("absent.gguf");
  }

  @Test
  void aFolderForAModel() {
    Cli.run("doctor", folder, "-c", 128, "--tokens", tokens).isRefusedWith("folder");
  }

  @Test
  void aFileThatIsNoGguf() throws IOException {
    Path text = file("text.gguf", "once upon a time there was a file");
    Cli.run("doctor", text, "-c", 128, "--tokens", tokens).isRefusedWith("GGUF");
  }

  @Test
  void aTruncatedModel() throws IOException {
    byte[] whole = Files.readAllBytes(MODEL);
    for (int length : new int[] {3, 20, 500, 9000, whole.length - 1}) {
      Path cut = folder.resolve("cut.gguf");
      Files.write(cut, Arrays.copyOf(whole, length));
      Cli.run("perplexity", cut, "--tokens", tokens).isRefusedWith("cut.gguf");
    }
  }

  @Test
  void anArchitectureThatIsNotRun() throws IOException {
    Path other = folder.resolve("other.gguf");
    String bytes = Files.readString(MODEL, StandardCharsets.ISO_8859_1);
    Files.writeString(
        other,
        bytes.replaceFirst("\u0005\0\0\0\0\0\0\0llama", "\u0005\0\0\0\0\0\0\0mamba"),
        StandardCharsets.ISO_8859_1);
    Cli.run("doctor", other, "-c", 128, "--tokens", tokens)
        .isRefusedWith("'mamba'", "it runs: bloom, ");
  }

  @Test
  void aTextTooShortForTheContext() {
    Cli.run("doctor", MODEL, "-c", 4096, "--tokens", tokens).isRefusedWith("400 tokens", "4096");
  }

  @Test
  void aContextTheModelWasTrainedFor() {
    Cli.run("doctor", MODEL, "-c", 64, "--tokens", tokens)
        .isRefusedWith("needs no extension", "64");
    Cli.run("doctor", MODEL, "-c", 65, "--tokens", tokens).isRefusedWith("at least 66");
    Cli.run("doctor", MODEL, "-c", -5, "--tokens", tokens).isRefusedWith("-5");
  }

  @Test
  void aFactorThatIsNotAboveZero() {
    Cli.run("doctor", MODEL, "-c", 128, "--tokens", tokens, "-s", "yarn:0")
        .isRefusedWith("yarn:0", "above 0");
    Cli.run("perplexity", MODEL, "--tokens", tokens, "--rope-scale", -2)
        .isRefusedWith("--rope-scale", "above 0");
    Cli.run("perplexity", MODEL, "--tokens", tokens, "--rope-scale", "NaN")
        .isRefusedWith("--rope-scale");
    Cli.run("perplexity", MODEL, "--tokens", tokens, "--rope-freq-base", -1)
        .isRefusedWith("--rope-freq-base");
  }

  @Test
  void aScalingThatIsNotKnown() {
    Cli.run("perplexity", MODEL, "--tokens", tokens, "--rope-scaling", "magic")
        .isRefusedWith("magic", "none, linear, yarn");
  }

  @Test
  void aNumberThatIsNone() {
    Cli.run("doctor", MODEL, "-c", "many", "--tokens", tokens).isRefusedWith("many");
    Cli.run("doctor", MODEL, "-c", 128, "--tokens", tokens, "-t", 0).isRefusedWith("--threads");
  }

  @Test
  void theSameScaleTwice() {
    Cli.run("perplexity", MODEL, "--tokens", tokens, "--rope-scale", 2, "--rope-freq-scale", 0.5)
        .isRefusedWith("--rope-scale", "--rope-freq-scale");
  }

  @Test
  void noTextOrTwo() {
    Cli.run("doctor", MODEL, "-c", 128).isRefusedWith("--text");
    Cli.run("doctor", MODEL, "-c", 128, "--tokens", tokens, "--text", tokens)
        .isRefusedWith("--text");
  }

  @Test
  void theSameStrategyTwice() {
    Cli.run("doctor", MODEL, "-c", 128, "--tokens", tokens, "-s", "yarn,yarn:2")
        .isRefusedWith("'yarn' and 'yarn:2' are the same");
  }

  @Test
  void aTensorTypeThatIsNotRun() throws IOException {
    Path patched = folder.resolve("patched.gguf");
    byte[] bytes = Files.readAllBytes(MODEL);
    byte[] name = "blk.0.attn_q.weight".getBytes(StandardCharsets.US_ASCII);
    int at = 0;
    while (!Arrays.equals(bytes, at, at + name.length, name, 0, name.length)) {
      at++;
    }
    // After the name: dimensions (4 bytes), two sizes (16), the type. Type 20 is IQ4_NL, whose rows
    // are shorter.
    bytes[at + name.length + 20] = 20;
    Files.write(patched, bytes);
    Cli.run("doctor", patched, "-c", 128, "--tokens", tokens)
        .isRefusedWith("blk.0.attn_q.weight", "IQ4_NL", "F32, F16");
  }

  @Test
  void aFolderOrNothingForAText() {
    Cli.run("doctor", MODEL, "-c", 128, "--text", folder).isRefusedWith("is a folder");
    Cli.run("doctor", MODEL, "-c", 128, "--text", "").isRefusedWith("is empty");
  }

  @Test
  void aTextThatIsNotThere() {
    Cli.run("doctor", MODEL, "-c", 128, "--text", folder.resolve("no.txt")).isRefusedWith("no.txt");
  }

  @Test
  void aTextThatIsNotUtf8() throws IOException {
    Path latin = folder.resolve("latin.txt");
    Files.write(latin, "café".repeat(100).getBytes(StandardCharsets.ISO_8859_1));
    Cli.run("doctor", MODEL, "-c", 128, "--text", latin).isRefusedWith("UTF-8");
  }

  @Test
  void tokenIdsThatAreNone() throws IOException {
    Cli.run("perplexity", MODEL, "--tokens", file("a.txt", "1 2 three 4"))
        .isRefusedWith("'three'", "entry 3");
    Cli.run("perplexity", MODEL, "--tokens", file("b.txt", "1 2 288"))
        .isRefusedWith("288", "vocabulary");
    Cli.run("perplexity", MODEL, "--tokens", file("c.txt", "7")).isRefusedWith("at least 2");
    Cli.run("perplexity", MODEL, "--tokens", file("d.txt", " ")).isRefusedWith("is empty");
  }

  @Test
  void aTextThatDoesNotFitIntoTheContext() {
    Cli.run("perplexity", MODEL, "--tokens", tokens, "-c", 100).isRefusedWith("400 tokens", "100");
  }

  @Test
  void logitsPastTheEndOfTheText() {
    Cli.run("perplexity", MODEL, "--tokens", tokens, "--logits-at", "3,400")
        .isRefusedWith("400", "0 to 399");
  }

  @Test
  void aReportThatCanNotBeWrittenIsRefusedBeforeTheMeasurement() {
    Path nowhere = folder.resolve("no/such/folder/report.html");
    Cli.run("doctor", MODEL, "-c", 128, "--tokens", tokens, "--html", nowhere)
        .isRefusedWith("report.html");
  }

  @Test
  void aReportThatWouldOverwriteTheModelOrTheText() {
    Cli.run("doctor", MODEL, "-c", 128, "--tokens", tokens, "--html", MODEL)
        .isRefusedWith("overwrite");
    Cli.run("doctor", MODEL, "-c", 128, "--tokens", tokens, "--html", tokens)
        .isRefusedWith("overwrite");
  }

  @Test
  void nothingIsWritten() throws IOException {
    Path report = folder.resolve("report.html");
    Cli.run("doctor", MODEL, "-c", 4096, "--tokens", tokens, "--html", report)
        .isRefusedWith("4096");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(tokens);
    }
  }

  @Test
  void thresholdsThatMakeNoSense() {
    Cli.run("doctor", MODEL, "-c", 128, "--tokens", tokens, "--degrades-at", 3, "--breaks-at", 2)
        .isRefusedWith("--degrades-at");
  }

  @Test
  void nothingToInspect() throws IOException {
    Cli.run("inspect").isRefusedWith("MODEL");
    Cli.run("inspect", "").isRefusedWith("is empty");
    Cli.run("inspect", folder.resolve("absent")).isRefusedWith("absent");
    Cli.run("inspect", Files.createDirectory(folder.resolve("empty"))).isRefusedWith("config.json");
  }

  @Test
  void anEngineThatIsNotKnownOrDoesNotFit() throws IOException {
    Cli.run("inspect", MODEL, "--engine", "llama-cpp")
        .isRefusedWith("llama-cpp", "transformers, vllm, llama.cpp, sglang", "gpullama3");
    Cli.run("inspect", MODEL, "--engine", "vllm").isRefusedWith("GGUF", "vLLM", "config.json");
    Cli.run("inspect", MODEL, "--engine", "ollama", "--launch", "llama-server -m x.gguf")
        .isRefusedWith("Ollama", "llama.cpp");
  }

  @Test
  void aContextToInspectThatIsNone() {
    Cli.run("inspect", MODEL, "-c", 0).isRefusedWith("--context", "0");
    Cli.run("inspect", MODEL, "-c", -4096).isRefusedWith("--context", "-4096");
    Cli.run("inspect", MODEL, "-c", "99999999999999").isRefusedWith("99999999999999");
    Cli.run("inspect", MODEL, "-c", "128k").isRefusedWith("128k");
  }

  @Test
  void aLaunchThatCanNotBeRead() throws IOException {
    Cli.run("inspect", MODEL, "--launch", "@" + folder.resolve("no.txt")).isRefusedWith("no.txt");
    Cli.run("inspect", MODEL, "--launch", "@" + folder).isRefusedWith("folder");
    Cli.run("inspect", MODEL, "--launch", "ls -l").isRefusedWith("llama");
    Path latin = folder.resolve("latin.txt");
    Files.write(latin, "llama-server -m café".getBytes(StandardCharsets.ISO_8859_1));
    Cli.run("inspect", MODEL, "--launch", "@" + latin).isRefusedWith("UTF-8");
  }

  @Test
  void aConfigurationThatIsDamaged() throws IOException {
    String llama =
        "\"model_type\": \"llama\", \"hidden_size\": 64, \"num_attention_heads\": 4,"
            + " \"num_hidden_layers\": 2, \"max_position_embeddings\": 64";
    inspectConfig("{" + "\"a\": [".repeat(100_000)).isRefusedWith("config.json");
    inspectConfig("{" + llama + ", \"rope_theta\": NaN}").isRefusedWith("config.json");
    inspectConfig("{" + llama + ", \"rope_theta\": \"big\"}").isRefusedWith("rope_theta");
    inspectConfig("[]").isRefusedWith("config.json");
    inspectConfig("").isRefusedWith("config.json");
    Files.write(
        folder.resolve("config.json"), new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'});
    Cli.run("inspect", folder.resolve("config.json")).isRefusedWith("config.json");
  }

  @Test
  void aFileBesideTheConfigurationThatIsDamaged() throws IOException {
    file(
        "config.json",
        Files.readString(
            Path.of("../diagnosis/src/test/resources/healthy/llama-2-7b/config.json")));
    file("generation_config.json", "{");
    Cli.run("inspect", folder).isRefusedWith("generation_config.json");
    file("generation_config.json", "{}");
    file("tokenizer_config.json", "{\"model_max_length\": 1, \"model_max_length\": 2}");
    Cli.run("inspect", folder).isRefusedWith("tokenizer_config.json", "given twice");
    file("tokenizer_config.json", "{}");
    file("model.safetensors.index.json", "{\"weight_map\": [1]}");
    Cli.run("inspect", folder).isRefusedWith("model.safetensors.index.json");
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  @Timeout(60)
  void aPipeForAModelIsNotWaitedFor() throws Exception {
    Path pipe = folder.resolve("pipe.gguf");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    String sentence = "pipe.gguf: this is a pipe or a device";
    Cli.run("frequencies", pipe).isRefusedWith(sentence);
    Cli.run("patch", pipe, folder.resolve("out.gguf"), "-c", 9).isRefusedWith(sentence);
    Cli.run("doctor", pipe, "-c", 128, "--tokens", tokens).isRefusedWith(sentence);
    Cli.run("perplexity", pipe, "--tokens", tokens).isRefusedWith(sentence);
    Cli.run("inspect", pipe).isRefusedWith(sentence);
  }

  @Test
  void linksThatLeadInACircle() throws IOException {
    Path one = folder.resolve("one");
    Path other = folder.resolve("other");
    Files.createSymbolicLink(one, other);
    Files.createSymbolicLink(other, one);
    Cli.run("inspect", one).isRefusedWith("one");
    Path loop = Files.createDirectory(folder.resolve("loop"));
    Files.createSymbolicLink(loop.resolve("config.json"), loop.resolve("config.json"));
    Cli.run("inspect", loop).isRefusedWith("config.json");
  }

  @Test
  void aTruncatedModelToInspect() throws IOException {
    byte[] whole = Files.readAllBytes(MODEL);
    for (int length : new int[] {0, 3, 20, 500, 9000}) {
      Path cut = folder.resolve("cut.gguf");
      Files.write(cut, Arrays.copyOf(whole, length));
      Cli.run("inspect", cut).isRefusedWith("cut.gguf");
    }
  }

  private Cli inspectConfig(String content) throws IOException {
    return Cli.run("inspect", file("config.json", content));
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  static String ids(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> String.valueOf(3 + i * 7 % 280))
        .collect(Collectors.joining(" "));
  }
}

package rope4j.checkpoint.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.GgufWriter;

class CheckpointTest {

  private static final String CONFIG =
      """
      {
        "model_type": "llama",
        "max_position_embeddings": 131072,
        "num_hidden_layers": 4,
        "num_attention_heads": 8,
        "num_key_value_heads": 2,
        "hidden_size": 512,
        "rope_theta": 500000.0
      }
      """;

  @TempDir Path folder;

  private Path write(String name, String text) {
    try {
      return Files.writeString(folder.resolve(name), text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Path writeGguf(String name) {
    try {
      return Files.write(folder.resolve(name), GgufWriter.llama().bytes());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void refused(Path path, String... parts) {
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Checkpoint.open(path))
        .satisfies(e -> assertThat(e.getMessage()).contains(parts).doesNotContain("\n"));
  }

  @Test
  void aGgufFileIsKnownByItsFirstBytes() {
    Path file = writeGguf("sha256-0123");
    try (Checkpoint checkpoint = Checkpoint.open(file)) {
      assertThat(checkpoint).isInstanceOf(GgufCheckpoint.class);
      assertThat(checkpoint.path()).isEqualTo(file);
      assertThat(checkpoint.facts().architecture().value()).isEqualTo("llama");
    }
  }

  @Test
  void aFileCalledGgufThatIsNoneIsRefused() {
    refused(write("model.gguf", "<html>"), "not a GGUF file", "'<htm'");
  }

  @Test
  void aFolderIsReadByItsConfig() {
    write("config.json", CONFIG);
    write("generation_config.json", "{\"max_new_tokens\": 5}");
    write("tokenizer_config.json", "{\"model_max_length\": 4096}");
    write("params.json", "{\"rope_theta\": 500000.0}");
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      FolderCheckpoint opened = (FolderCheckpoint) checkpoint;
      assertThat(opened.config().modelType()).isEqualTo("llama");
      assertThat(opened.configJson().get("rope_theta")).contains(500000.0);
      assertThat(opened.generationConfig().orElseThrow().get("max_new_tokens")).contains(5L);
      assertThat(opened.tokenizerConfig().orElseThrow().get("model_max_length")).contains(4096L);
      assertThat(opened.params().orElseThrow().name()).isEqualTo("params.json");
      assertThat(opened.adapterConfig()).isEmpty();
      assertThat(opened.tensors()).isEmpty();
      assertThat(opened.facts().advertisedLength().value()).isEqualTo(131072);
    }
  }

  @Test
  void theFilesBesideANamedConfigAreReadToo() {
    Path config = write("config.json", CONFIG);
    write("generation_config.json", "{}");
    try (Checkpoint checkpoint = Checkpoint.open(config)) {
      assertThat(checkpoint.path()).isEqualTo(config);
      assertThat(((FolderCheckpoint) checkpoint).generationConfig()).isPresent();
    }
  }

  @Test
  void aFolderWithOneGgufFileMeansThatFile() {
    Path file = writeGguf("model-Q8_0.gguf");
    writeGguf("mmproj-F16.gguf");
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThat(checkpoint.path()).isEqualTo(file);
    }
  }

  @Test
  void aFolderWithAConfigMeansTheConfig() {
    writeGguf("model.gguf");
    write("config.json", CONFIG);
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThat(checkpoint).isInstanceOf(FolderCheckpoint.class);
    }
  }

  @Test
  void ofSeveralGgufFilesOneMustBeNamed() {
    writeGguf("a.gguf");
    writeGguf("b.gguf");
    refused(folder, "several .gguf files", "a.gguf, b.gguf");
  }

  @Test
  void ofAModelInPartsTheFirstIsMeant() {
    Path first = writeGguf("model-00001-of-00003.gguf");
    writeGguf("model-00002-of-00003.gguf");
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThat(checkpoint.path()).isEqualTo(first);
    }
    refused(
        folder.resolve("model-00002-of-00003.gguf"), "part 2 of 3", "model-00001-of-00003.gguf");
  }

  @Test
  void aFolderWithNeitherSaysWhatToName() {
    refused(folder, "no config.json and no .gguf file");
  }

  @Test
  void anAdaptersFolderSaysToNameTheBaseModel() {
    write("adapter_config.json", "{}");
    refused(folder, "adapter", "base model");
  }

  @Test
  void filesThatDoNotDescribeAModelSayToNameTheFolder() {
    refused(write("model.safetensors", "12345678{}"), "weights only", "folder");
    refused(write("model.safetensors.index.json", "{}"), "weights only", "folder");
    refused(write("tokenizer_config.json", "{}"), "does not describe the model");
    refused(write("notes.txt", "hello"), "neither GGUF nor JSON");
  }

  @Test
  void aConfigOfNoLanguageModelIsRefused() {
    refused(write("config.json", "{\"use_cache\": true}"), "not the config.json of a language");
  }

  @Test
  void whatIsNotThereIsRefused() {
    refused(folder.resolve("absent"), "no such file");
  }

  @Test
  void symbolicLinksInACircleAreRefused() throws IOException {
    Path a = folder.resolve("a.gguf");
    Files.createSymbolicLink(folder.resolve("b.gguf"), a);
    Files.createSymbolicLink(a, folder.resolve("b.gguf"));
    refused(a, "lead in a circle");
    Files.createSymbolicLink(folder.resolve("config.json"), folder.resolve("config.json"));
    refused(folder, "config.json", "lead in a circle");
  }

  @Test
  void aSymbolicLinkToNothingIsRefused() throws IOException {
    Path link = folder.resolve("config.json");
    Files.createSymbolicLink(link, folder.resolve("gone"));
    refused(link, "leads to nothing");
    refused(folder, "leads to nothing");
  }

  @Test
  void symbolicLinksToFilesAreFollowed() throws IOException {
    Path config = write("blob", CONFIG);
    Path snapshot = Files.createDirectory(folder.resolve("snapshot"));
    Files.createSymbolicLink(snapshot.resolve("config.json"), config);
    try (Checkpoint checkpoint = Checkpoint.open(snapshot)) {
      assertThat(checkpoint.facts().layers().value()).isEqualTo(4);
    }
  }

  @Test
  void aDeviceIsRefusedAndNotRead() {
    Path device = Path.of("/dev/zero");
    org.junit.jupiter.api.Assumptions.assumeTrue(Files.exists(device));
    refused(device, "a pipe or a device");
  }

  @Test
  void anEnormousConfigIsRefused() throws IOException {
    Path config = folder.resolve("config.json");
    try (var file = new java.io.RandomAccessFile(config.toFile(), "rw")) {
      file.write('{');
      file.setLength(1L << 33);
    }
    refused(config, "larger than 16 MiB");
  }
}

package rope4j.checkpoint.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.GgufWriter;
import rope4j.checkpoint.MetadataType;
import rope4j.checkpoint.MetadataValue;
import rope4j.checkpoint.TensorType;
import rope4j.checkpoint.patch.GgufPatch.SetKey;

/// A result is there whole or not at all, and what was there before is still there.
class SafeFileTest {

  private static final GgufPatch PATCH =
      GgufPatch.NONE.with(
          new SetKey("llama.context_length", new MetadataValue.Int(MetadataType.UINT32, 512)));

  @TempDir Path folder;
  private Path in;
  private Path out;

  @BeforeEach
  void aModel() throws IOException {
    in =
        Files.move(
            GgufWriter.llama()
                .tensor("a.weight", TensorType.I8, new byte[300_000], 300_000)
                .write(folder),
            folder.resolve("in.gguf"));
    out = folder.resolve("out.gguf");
  }

  private void write(Path target, boolean overwrite, SafeFile disk) {
    try (GgufFile file = GgufFile.open(in)) {
      GgufPatcher.write(file, PATCH, target, overwrite, _ -> {}, disk);
    }
  }

  private void assertOnly(Path... files) throws IOException {
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactlyInAnyOrder(files);
    }
  }

  /// A disk that takes so many bytes and then fails.
  private static SafeFile fullAfter(long bytes) {
    return broken(bytes, "No space left on device");
  }

  private static SafeFile broken(long bytes, String why) {
    UnaryOperator<WritableByteChannel> limited =
        channel ->
            new WritableByteChannel() {
              private long left = bytes;

              @Override
              public int write(ByteBuffer source) throws IOException {
                if (left <= 0) {
                  throw new IOException(why);
                }
                int length = (int) Math.min(left, source.remaining());
                ByteBuffer part = source.slice(source.position(), length);
                int written = channel.write(part);
                source.position(source.position() + written);
                left -= written;
                return written;
              }

              @Override
              public boolean isOpen() {
                return channel.isOpen();
              }

              @Override
              public void close() throws IOException {
                channel.close();
              }
            };
    return new SafeFile(_ -> Long.MAX_VALUE, limited);
  }

  @Test
  void aDiskThatIsFullAtAnyPointLeavesNothing() throws IOException {
    for (long bytes : new long[] {0, 1, 20, 400, 1000, 100_000, 300_000}) {
      assertThatThrownBy(() -> write(out, false, fullAfter(bytes)))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("No space left")
          .hasMessageContaining("out.gguf");
      assertOnly(in);
    }
  }

  @Test
  void aFullDiskLeavesTheFileThatWasToBeReplaced() throws IOException {
    Files.writeString(out, "precious");
    assertThatThrownBy(() -> write(out, true, fullAfter(1000)))
        .isInstanceOf(CheckpointException.class);
    assertThat(out).hasContent("precious");
    assertOnly(in, out);
  }

  @Test
  void aDiskWithTooLittleRoomIsRefusedBeforeTheFirstByte() throws IOException {
    SafeFile small =
        new SafeFile(
            _ -> 1_000,
            _ -> {
              throw new AssertionError("nothing may be written");
            });
    assertThatThrownBy(() -> write(out, false, small))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("0.3 MB")
        .hasMessageContaining("0.0 MB left");
    assertOnly(in);
  }

  @Test
  void aCrashInTheMiddleLeavesNothing() throws IOException {
    for (Throwable crash : List.of(new IllegalStateException("bug"), new OutOfMemoryError())) {
      assertThatThrownBy(() ->
              SafeFile.DISK.write(
                  in,
                  out,
                  10,
                  false,
                  channel -> {
                    channel.write(ByteBuffer.allocate(5));
                    if (crash instanceof RuntimeException e) {
                      throw e;
                    }
                    throw (Error) crash;
                  },
                  _ -> {}))
          .isSameAs(crash);
      assertOnly(in);
    }
  }

  @Test
  void anInterruptionLeavesNothing() throws IOException {
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> write(out, false, SafeFile.DISK))
          .isInstanceOf(CheckpointException.class);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertOnly(in);
  }

  @Test
  void aResultThatFailsItsCheckIsNotKept() throws IOException {
    try (GgufFile file = GgufFile.open(in)) {
      assertThatThrownBy(() ->
              GgufPatcher.write(
                  file,
                  PATCH,
                  out,
                  false,
                  _ -> {
                    throw new CheckpointException("not what was asked for");
                  }))
          .hasMessage("not what was asked for");
    }
    assertOnly(in);
  }

  @Test
  void aFileThatExistsIsRefused() throws IOException {
    Files.writeString(out, "precious");
    assertThatThrownBy(() -> write(out, false, SafeFile.DISK))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("exists")
        .hasMessageContaining("--force");
    assertThat(out).hasContent("precious");
  }

  @Test
  void aFileThatExistsIsReplacedWhenThatIsAskedFor() throws IOException {
    Files.writeString(out, "old");
    write(out, true, SafeFile.DISK);
    try (GgufFile after = GgufFile.open(out)) {
      assertThat(after.metadata().integer("llama.context_length")).hasValue(512);
    }
    assertOnly(in, out);
  }

  @Test
  void theInputIsNeverReplaced() throws IOException {
    byte[] before = Files.readAllBytes(in);
    Path link = Files.createSymbolicLink(folder.resolve("link.gguf"), in);
    Path hard = Files.createLink(folder.resolve("hard.gguf"), in);
    Path around = folder.resolve("x/../in.gguf");
    Files.createDirectory(folder.resolve("x"));
    for (Path same : List.of(in, link, hard, around)) {
      assertThatThrownBy(() -> write(same, true, SafeFile.DISK))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("the file that is read");
    }
    assertThat(in).hasBinaryContent(before);
  }

  @Test
  void aLinkIsFollowed() throws IOException {
    Path real = Files.writeString(folder.resolve("real.gguf"), "old");
    Files.createSymbolicLink(out, real);
    write(out, true, SafeFile.DISK);
    assertThat(Files.isSymbolicLink(out)).isTrue();
    assertThat(Files.size(real)).isGreaterThan(300_000);
  }

  @Test
  void whatCanNotBeAFileIsRefused() throws IOException {
    assertThatThrownBy(() -> write(folder.resolve("no/such/out.gguf"), false, SafeFile.DISK))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("does not exist");
    assertThatThrownBy(() -> write(folder, true, SafeFile.DISK))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("folder");
    Path nowhere = Files.createSymbolicLink(folder.resolve("nowhere"), folder.resolve("gone"));
    assertThatThrownBy(() -> write(nowhere, true, SafeFile.DISK))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("link to nowhere");
  }
}

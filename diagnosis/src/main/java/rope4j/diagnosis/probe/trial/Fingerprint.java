package rope4j.diagnosis.probe.trial;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/// What a result belongs to.
public final class Fingerprint {

  private static final int BLOCK = 1 << 16;
  private static final int BLOCKS = 256;
  private static final int DIGITS = 16;

  private Fingerprint() {}

  /// Of a model file: its length and up to 256 blocks of 64 KiB at even distances, the first and
  /// the last among them, so that it takes no time for large files. A small file is read whole. Of
  /// a folder: all of its JSON and safetensors so, with their names.
  ///
  /// @param path a GGUF file, a Hugging Face folder, or the `config.json` in it
  public static String ofModel(Path path) {
    MessageDigest digest = digest();
    Path parent = path.toAbsolutePath().getParent();
    Path model = parent != null && path.endsWith("config.json") ? parent : path;
    try {
      if (Files.isDirectory(model)) {
        for (Path file : files(model)) {
          digest.update(String.valueOf(file.getFileName()).getBytes(StandardCharsets.UTF_8));
          update(digest, file);
        }
      } else {
        update(digest, model);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return hex(digest);
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file ->
              file.toString().matches(".*\\.(json|safetensors)") && Files.isRegularFile(file))
          .sorted()
          .toList();
    }
  }

  private static void update(MessageDigest digest, Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      digest.update(ByteBuffer.allocate(Long.BYTES).putLong(size).flip());
      long last = Math.max(0, size - BLOCK);
      long blocks = Math.min(BLOCKS, Math.ceilDiv(size, BLOCK));
      for (long i = 0; i < blocks; i++) {
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        channel.read(block, blocks == 1 ? 0 : Math.round((double) last * i / (blocks - 1)));
        digest.update(block.flip());
      }
    }
  }

  /// Of the windows of a text.
  public static String ofTokens(List<int[]> windows) {
    MessageDigest digest = digest();
    for (int[] window : windows) {
      ByteBuffer bytes = ByteBuffer.allocate((window.length + 1) * Integer.BYTES);
      bytes.putInt(window.length);
      bytes.asIntBuffer().put(window);
      digest.update(bytes.rewind());
    }
    return hex(digest);
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest()).substring(0, DIGITS);
  }
}

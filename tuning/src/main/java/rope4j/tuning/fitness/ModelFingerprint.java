package rope4j.tuning.fitness;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import rope4j.checkpoint.CheckpointException;

/// A number that tells model files apart.
public final class ModelFingerprint {

  /// Files up to this many bytes are read whole.
  private static final long WHOLE = 64L << 20;

  private static final int PIECE = 1 << 16;

  private ModelFingerprint() {}

  /// SHA-256 of the file's size and its bytes; of a large file, of pieces all over it.
  ///
  /// @throws CheckpointException when it can't be read
  public static String of(Path file) {
    MessageDigest digest = sha256();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, size));
      long pieces = Math.ceilDiv(size, PIECE);
      long step = Math.max(1, Math.ceilDiv(size, WHOLE));
      ByteBuffer buffer = ByteBuffer.allocate(PIECE);
      for (long piece = 0; piece < pieces; piece += step) {
        buffer.clear();
        while (buffer.hasRemaining()
            && channel.read(buffer, piece * PIECE + buffer.position()) > 0) {}
        digest.update(buffer.flip());
      }
    } catch (IOException e) {
      throw new CheckpointException(file + ": the model can't be read (" + e.getMessage() + ")", e);
    }
    return HexFormat.of().formatHex(digest.digest(), 0, 16);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}

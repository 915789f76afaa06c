package rope4j.checkpoint.patch;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import rope4j.checkpoint.CheckpointException;

/// Writes a file whole or not at all: into a temporary file beside it, flushed to the disk, then
/// renamed. Whatever goes wrong before the renaming leaves what was there before and nothing else.
///
/// @param freeSpace where to ask for the bytes a folder's disk has left
/// @param channel what the content is written through
record SafeFile(FreeSpace freeSpace, UnaryOperator<WritableByteChannel> channel) {

  /// The real disk.
  static final SafeFile DISK =
      new SafeFile(folder -> Files.getFileStore(folder).getUsableSpace(), UnaryOperator.identity());

  /// Bytes left on a folder's disk.
  interface FreeSpace {
    long of(Path folder) throws IOException;
  }

  /// What is written.
  interface Content {
    void writeTo(WritableByteChannel channel) throws IOException;
  }

  /// Refuses what [#write] would refuse before it begins.
  ///
  /// @param source what the content is made from; never overwritten
  /// @throws CheckpointException when the target exists and must not be overwritten, is the source,
  ///   or can't be a file
  static void requireWritable(Path source, Path target, boolean overwrite) {
    Path folder = folder(target);
    if (!Files.isDirectory(folder)) {
      throw new CheckpointException(
          target + ": the folder " + folder + " does not exist; make it first");
    }
    if (Files.isSymbolicLink(target) && !Files.exists(target)) {
      throw new CheckpointException(target + ": this is a link to nowhere; name another file");
    }
    if (!Files.exists(target)) {
      return;
    }
    if (isSame(source, target)) {
      throw new CheckpointException(
          target + ": this is the file that is read; name another one for the result");
    }
    if (!Files.isRegularFile(target)) {
      throw new CheckpointException(
          target
              + (Files.isDirectory(target)
                  ? ": this is a folder; name a file"
                  : ": this is no ordinary file; name another one"));
    }
    if (!overwrite) {
      throw new CheckpointException(
          target + ": this file exists; name another one, or overwrite it with --force");
    }
  }

  private static boolean isSame(Path source, Path target) {
    try {
      return Files.isSameFile(source, target);
    } catch (IOException _) {
      return source.toAbsolutePath().normalize().equals(target.toAbsolutePath().normalize());
    }
  }

  /// Writes a file.
  ///
  /// @param source what the content is made from
  /// @param target the file to be; a link is followed
  /// @param bytes length of the content
  /// @param overwrite whether a file that exists may be replaced
  /// @param check looks at the finished temporary file and throws when it must not be kept
  /// @throws CheckpointException when it can't be written; then nothing has changed
  void write(
      Path source,
      Path target,
      long bytes,
      boolean overwrite,
      Content content,
      Consumer<Path> check) {
    requireWritable(source, target, overwrite);
    try {
      Path real = Files.exists(target) ? target.toRealPath() : target.toAbsolutePath();
      Path folder = folder(real);
      requireSpace(target, folder, bytes);
      Path temporary = folder.resolve(".rope-" + UUID.randomUUID() + ".part");
      // Also when the user stops the program in the middle of a large file.
      Thread atExit = new Thread(() -> deleteQuietly(temporary));
      Runtime.getRuntime().addShutdownHook(atExit);
      try {
        fill(temporary, content);
        check.accept(temporary);
        // Somebody may have made the file in the meantime.
        requireWritable(source, target, overwrite);
        Files.move(temporary, real, StandardCopyOption.ATOMIC_MOVE);
        flush(folder);
      } finally {
        deleteQuietly(temporary);
        forget(atExit);
      }
    } catch (IOException e) {
      throw new CheckpointException(
          target + ": the file can't be written (" + reason(e) + "); nothing of it was left behind",
          e);
    }
  }

  private void requireSpace(Path target, Path folder, long bytes) throws IOException {
    long free = freeSpace.of(folder);
    if (free < bytes) {
      throw new CheckpointException(
          target
              + ": this needs "
              + megabytes(bytes)
              + ", but the disk has "
              + megabytes(free)
              + " left; make room or name a file on another disk");
    }
  }

  private static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
  }

  private void fill(Path temporary, Content content) throws IOException {
    try (FileChannel file =
        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      content.writeTo(channel.apply(file));
      file.force(true);
    }
  }

  /// Makes the new name last, on systems where a folder can be flushed.
  private static void flush(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException _) {
      // Windows opens no folders; there the renaming is durable by itself.
    }
  }

  private static void deleteQuietly(Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException _) {
      // The folder itself is gone or read-only: there is nothing more to be done.
    }
  }

  private static void forget(Thread atExit) {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException _) {
      // The program is already ending, and the hook deletes what was deleted.
    }
  }

  private static String reason(IOException e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  private static Path folder(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    return folder == null ? file.toAbsolutePath() : folder;
  }
}

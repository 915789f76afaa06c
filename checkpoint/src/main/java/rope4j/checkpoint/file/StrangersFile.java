package rope4j.checkpoint.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import rope4j.checkpoint.CheckpointException;

/// Looks at a path that a stranger wrote, and reads what is small there. Everything that can be
/// wrong with it is one sentence.
public final class StrangersFile {

  private StrangersFile() {}

  /// What is at a path, after following symbolic links.
  public enum Kind {
    FILE,
    FOLDER
  }

  /// Whether a path leads to a file or a folder.
  ///
  /// @throws CheckpointException when it leads to nothing, may not be looked at, or is a pipe or a
  ///   device, of which reading might never end
  public static Kind kind(Path path) {
    BasicFileAttributes attributes;
    try {
      attributes = Files.readAttributes(path, BasicFileAttributes.class);
    } catch (IOException e) {
      throw refused(path, e);
    } catch (SecurityException e) {
      throw new CheckpointException(path + ": it may not be read; check its permissions", e);
    }
    if (attributes.isDirectory()) {
      return Kind.FOLDER;
    }
    if (!attributes.isRegularFile()) {
      throw new CheckpointException(
          path + ": this is a pipe or a device, but a file was expected; check the path");
    }
    return Kind.FILE;
  }

  /// Whether anything is there, be it a symbolic link that leads nowhere: such a file is damaged,
  /// not absent.
  public static boolean exists(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  /// A small file's bytes. Memory is taken as the bytes come, so a length that a file only claims
  /// costs nothing.
  ///
  /// @param most the largest size it may have, bytes
  /// @param what what it should be, for example `config.json`
  /// @throws CheckpointException when it can't be read or is larger
  public static byte[] read(Path file, int most, String what) {
    if (kind(file) == Kind.FOLDER) {
      throw new CheckpointException(
          file + ": this is a folder, but a file was expected; check the path");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(most + 1);
      if (bytes.length > most) {
        throw new CheckpointException(
            file + ": this file is larger than " + (most >> 20) + " MiB, so it is no " + what);
      }
      return bytes;
    } catch (IOException e) {
      throw refused(file, e);
    }
  }

  /// The sentence for a path that the file system refuses.
  public static CheckpointException refused(Path path, IOException e) {
    return switch (e) {
      case NoSuchFileException _ ->
          new CheckpointException(
              path
                  + (Files.isSymbolicLink(path)
                      ? ": this symbolic link leads to nothing; the file it names is not there"
                      : ": there is no such file; check the path"),
              e);
      case AccessDeniedException _ ->
          new CheckpointException(path + ": the file may not be read; check its permissions", e);
      case FileSystemException failed when isLoop(path, failed) ->
          new CheckpointException(
              path + ": its symbolic links lead in a circle; replace them by the file itself", e);
      default -> new CheckpointException(path + ": the file can't be read (" + reason(e) + ")", e);
    };
  }

  /// Java has no exception of its own for it; the reason is the system's text for ELOOP.
  private static boolean isLoop(Path path, FileSystemException e) {
    String reason = e.getReason();
    return reason != null
        && reason.contains("symbolic links")
        && !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }

  private static String reason(IOException e) {
    String reason = e instanceof FileSystemException failed ? failed.getReason() : e.getMessage();
    return reason == null ? e.getClass().getSimpleName() : reason.replaceAll("\\p{Cntrl}", "?");
  }
}

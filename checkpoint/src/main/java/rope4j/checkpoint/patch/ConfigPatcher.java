package rope4j.checkpoint.patch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.config.HuggingFaceConfig;
import rope4j.checkpoint.json.JsonFile;
import rope4j.checkpoint.patch.ConfigPatch.Change;
import rope4j.checkpoint.patch.PatchResult.Value;

/// Writes a patched copy of a `config.json`.
public final class ConfigPatcher {

  private ConfigPatcher() {}

  /// The patched copy, whole or not at all.
  ///
  /// @param in a `config.json`, or a folder with one
  /// @param patch what to change in the file's bytes, for example [RopeConfigPatch#of]
  /// @param out the file to be
  /// @param overwrite whether `out` may exist; it is never the file that is read
  /// @return what was changed
  /// @throws CheckpointException when `in` is no config.json of a language model, or `out` can't be
  ///   written; then nothing has changed
  public static PatchResult write(
      Path in, Function<byte[], ConfigPatch> patch, Path out, boolean overwrite) {
    return write(in, patch, out, overwrite, SafeFile.DISK);
  }

  static PatchResult write(
      Path in, Function<byte[], ConfigPatch> patch, Path out, boolean overwrite, SafeFile disk) {
    Path file = file(in);
    Prepared prepared = prepare(file, patch);
    disk.write(
        file,
        out,
        prepared.bytes.length,
        overwrite,
        channel -> writeAll(prepared.bytes, channel),
        HuggingFaceConfig::read);
    return prepared.result();
  }

  /// What [#write] would do, without a copy.
  public static PatchResult rehearse(
      Path in, Function<byte[], ConfigPatch> patch, Path out, boolean overwrite) {
    SafeFile.requireWritable(file(in), out, overwrite);
    return prepare(file(in), patch).result();
  }

  private record Prepared(byte[] before, ConfigPatch patch, byte[] bytes) {

    PatchResult result() {
      List<PatchResult.Edit> edits = new ArrayList<>();
      for (Change change : patch.changes()) {
        PatchResult.Edit edit =
            new PatchResult.Edit(
                String.join(".", change.path()),
                value(before, change.path()),
                value(bytes, change.path()));
        if (!edit.from().map(Value::text).equals(edit.to().map(Value::text))) {
          edits.add(edit);
        }
      }
      return new PatchResult(edits, bytes.length);
    }
  }

  private static Optional<Value> value(byte[] document, List<String> path) {
    JsonFile json = JsonFile.parse("config.json", document);
    return ConfigPatch.literal(document, path)
        .map(literal -> new Value(literal, json.get(path.toArray(String[]::new))));
  }

  private static Path file(Path in) {
    return Files.isDirectory(in) ? in.resolve("config.json") : in;
  }

  private static Prepared prepare(Path file, Function<byte[], ConfigPatch> patch) {
    // Refuses what is no JSON object of a language model, with the place of the mistake.
    HuggingFaceConfig.read(file);
    try {
      byte[] before = Files.readAllBytes(file);
      ConfigPatch changes = patch.apply(before);
      return new Prepared(before, changes, changes.apply(before));
    } catch (IOException e) {
      throw new CheckpointException(file + ": the file can't be read (" + e.getMessage() + ")", e);
    } catch (CheckpointException e) {
      String message = String.valueOf(e.getMessage()).replaceFirst("^config\\.json: ", "");
      throw new CheckpointException(file + ": " + message, e);
    }
  }

  private static void writeAll(byte[] bytes, WritableByteChannel out) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      out.write(buffer);
    }
  }
}

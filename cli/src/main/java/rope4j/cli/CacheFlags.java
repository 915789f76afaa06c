package rope4j.cli;

import picocli.CommandLine.Option;
import rope4j.inference.KeyValueType;
import rope4j.inference.SessionOptions;

/// How keys and values are stored, by llama.cpp's names.
final class CacheFlags {

  @Option(
      names = {"-ctk", "--cache-type-k"},
      paramLabel = "TYPE",
      description = "Type of the keys kept of each token: f32, f16 or q8_0. Default f32.")
  private String keys = "f32";

  @Option(
      names = {"-ctv", "--cache-type-v"},
      paramLabel = "TYPE",
      description = "Type of the values kept of each token: f32, f16 or q8_0. Default f32.")
  private String values = "f32";

  SessionOptions options() {
    return SessionOptions.EXACT.withTypes(
        type("--cache-type-k", keys), type("--cache-type-v", values));
  }

  private static KeyValueType type(String flag, String name) {
    return KeyValueType.of(name)
        .orElseThrow(() ->
            new InputException(flag + " " + name + " is not known; known are f32, f16, q8_0"));
  }
}

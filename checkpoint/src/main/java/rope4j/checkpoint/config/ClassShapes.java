package rope4j.checkpoint.config;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/// The sizes that model classes of Transformers have when a `config.json` leaves them out.
/// Published files do: those of Gemma 3 lack the numbers of heads.
///
/// Source: Transformers `models/*/configuration_*.py` (5.16).
final class ClassShapes {

  /// What a class has by itself; empty where that is nothing.
  record Shape(
      OptionalInt layers,
      OptionalInt hidden,
      OptionalInt heads,
      OptionalInt keyValueHeads,
      OptionalInt window) {}

  private static final Shape UNKNOWN =
      new Shape(
          OptionalInt.empty(),
          OptionalInt.empty(),
          OptionalInt.empty(),
          OptionalInt.empty(),
          OptionalInt.empty());

  /// Columns: names, layers, hidden size, heads, key and value heads, sliding window. A dash is
  /// "none"; key and value heads are then as many as heads.
  private static final String TABLE =
      """
      llama               32 4096 32  -   -
      mistral             32 4096 32  8   4096
      mixtral             32 4096 32  8   -
      qwen2               32 4096 32  32  4096
      qwen2_moe           24 2048 16  16  4096
      qwen3               32 4096 32  32  4096
      qwen3_moe           24 2048 32  4   4096
      qwen3_next          48 2048 16  2   -
      gemma               28 3072 16  16  -
      gemma2              26 2304 8   4   4096
      gemma3              26 2304 8   4   4096
      gemma3n             35 2048 8   2   512
      gemma4              30 2304 8   4   512
      phi                 24 2048 32  -   -
      phi3                32 3072 32  -   -
      gpt_neox            44 6144 64  -   -
      gpt_oss             36 2880 64  8   128
      gpt2                12 768  12  -   -
      gptj                28 4096 16  -   -
      llama4              48 5120 40  8   8192
      cohere              40 8192 64  -   -
      cohere2             40 8192 64  -   4096
      olmo                32 4096 32  -   -
      olmo2               32 4096 32  -   -
      olmo3               32 4096 32  -   4096
      exaone4             32 4096 32  32  4096
      falcon              32 4544 71  -   -
      stablelm            24 2560 32  32  -
      starcoder2          30 3072 24  2   -
      smollm3             36 2048 16  4   -
      deepseek_v2         32 4096 32  -   -
      deepseek_v3         61 7168 128 128 -
      modernbert          22 768  12  -   128
      """;

  private static final Map<String, Shape> KNOWN = parse();

  private ClassShapes() {}

  static Shape of(String className) {
    return KNOWN.getOrDefault(className, UNKNOWN);
  }

  private static Map<String, Shape> parse() {
    Map<String, Shape> shapes = new HashMap<>();
    TABLE
        .lines()
        .forEach(line -> {
          String[] row = line.split(" +");
          shapes.put(
              row[0],
              new Shape(
                  number(row[1]), number(row[2]), number(row[3]), number(row[4]), number(row[5])));
        });
    return Map.copyOf(shapes);
  }

  private static OptionalInt number(String word) {
    return word.equals("-") ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(word));
  }
}

package rope4j.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import rope4j.rotation.dialect.RopeSettings;
import rope4j.rotation.dialect.TransformersDialect;

/// The guide's code, run.
class RotationGuideTest {

  private final int contextLength = 16384;
  private final int heads = 4;
  private final int keyValueHeads = 2;
  private final int tokens = 3;
  private final int firstPosition = 100;

  private static RopeParameters parameters() {
    RopeParameters parameters =
        new RopeParameters(128, 128, 500_000, 8192, Pairing.HALF, new Llama3(8, 8192, 1, 4));
    return parameters;
  }

  private Rotation rotation() {
    return Rotation.of(parameters(), contextLength, Precision.EXACT);
  }

  private float[] ones(int count) {
    float[] ones = new float[tokens * count * 128];
    Arrays.fill(ones, 1);
    return ones;
  }

  @Test
  void everyBlockOfTheGuideStandsInThisFile() throws IOException {
    String source =
        words(Files.readString(Path.of("src/test/java/rope4j/rotation/RotationGuideTest.java")));
    List<String> blocks = blocks(Files.readAllLines(Path.of("../docs/rotation.md")));
    assertThat(blocks).hasSizeGreaterThan(8);
    for (String block : blocks) {
      assertThat(source).contains(words(block));
    }
  }

  /// A formatter may break lines elsewhere than the guide does.
  private static String words(String code) {
    return code.replaceAll("\\s+", "");
  }

  private static List<String> blocks(List<String> lines) {
    List<String> blocks = new ArrayList<>();
    StringBuilder block = new StringBuilder();
    boolean inside = false;
    for (String line : lines) {
      if (line.equals("```java")) {
        inside = true;
      } else if (inside && line.equals("```")) {
        blocks.add(block.toString());
        block.setLength(0);
        inside = false;
      } else if (inside) {
        block.append(line).append('\n');
      }
    }
    return blocks;
  }

  @Test
  void queriesAndKeysAreRotatedInPlace() {
    RopeParameters parameters = parameters();
    float[] queries = ones(heads);
    float[] keys = ones(keyValueHeads);
    Rotation rotation = Rotation.of(parameters, contextLength, Precision.EXACT);
    CosSin table = rotation.table(tokens);
    rotation.fill(table, firstPosition, tokens);
    rotation.rotate(queries, 0, heads, table);
    rotation.rotate(keys, 0, keyValueHeads, table);
    assertThat(queries[0])
        .isEqualTo(keys[0])
        .isEqualTo((float) Math.cos(100) - (float) Math.sin(100));
    float[] once = queries.clone();
    rotation.rotate(queries, 0, heads, keys, 0, keyValueHeads, table);
    assertThat(queries).isNotEqualTo(once);
  }

  @Test
  void weightRowsMove() {
    float[] weight = new float[heads * 128];
    weight[64] = 1;
    float[] moved = WeightRows.move(weight, heads, 128, Pairing.HALF, Pairing.INTERLEAVED);
    assertThat(moved[1]).isEqualTo(1);
  }

  @Test
  void segmentsAreRotatedInPlace() {
    Rotation rotation = rotation();
    CosSin table = rotation.table(tokens);
    rotation.fill(table, firstPosition, tokens);
    MemorySegment segment = MemorySegment.ofArray(new short[8 + tokens * keyValueHeads * 128]);
    long byteOffset = 16;
    segment.fill((byte) 0x3f);
    short before = segment.get(java.lang.foreign.ValueLayout.JAVA_SHORT, 16);
    rotation.rotate(segment, ElementType.BF16, byteOffset, keyValueHeads, table);
    assertThat(segment.get(java.lang.foreign.ValueLayout.JAVA_SHORT, 16)).isNotEqualTo(before);
  }

  @Test
  void aWalkGivesTheNextPosition() {
    Rotation rotation = rotation();
    PositionWalk walk = rotation.walk(firstPosition);
    CosSin one = rotation.table(1);
    walk.fillNext(one, 1);
    assertThat(one.cos(0, 0)).isEqualTo((float) Math.cos(100));
  }

  @Test
  void aDictionaryIsReadAsTransformersDoes() {
    RopeSettings settings =
        RopeSettings.of(
            Map.of("rope_type", "yarn", "factor", 4.0, "original_max_position_embeddings", 32768));
    Scaling asTransformers = TransformersDialect.scaling(settings, 128, 131_072);
    assertThat(asTransformers).isEqualTo(new Yarn(4, 32768));
  }

  @Test
  void cachedKeysMove() {
    Rotation rotation = rotation();
    float[] cachedKey = Arrays.copyOf(ones(keyValueHeads), keyValueHeads * 128);
    CosSin table = rotation.table(1);
    rotation.fill(table, 1000, 1);
    rotation.rotate(cachedKey, 0, keyValueHeads, table);
    Rotation shift = rotation.shift();
    CosSin deltas = shift.table(1);
    shift.fill(deltas, new int[] {-512}, 0, 1);
    shift.rotate(cachedKey, 0, keyValueHeads, deltas);
    float direct = (float) (Math.cos(488) - Math.sin(488));
    assertThat(cachedKey[0]).isCloseTo(direct, org.assertj.core.api.Assertions.within(1e-6f));

    Frequencies before = parameters().frequencies(contextLength);
    Frequencies after = parameters().withScaling(new Linear(2)).frequencies(contextLength);
    int position = 488;
    Rerotation longer = Rerotation.between(before, after, rotation.layout());
    CosSin moves = longer.table(1);
    longer.fill(moves, new int[] {position}, new int[] {position}, 0, 1);
    longer.rotate(cachedKey, 0, keyValueHeads, moves);
    float rerotated = (float) (Math.cos(244) - Math.sin(244));
    assertThat(cachedKey[0]).isCloseTo(rerotated, org.assertj.core.api.Assertions.within(1e-6f));
  }

  @Test
  void pairsMayLieElsewhereAndReadSeveralAxes() {
    RopeParameters parameters = parameters();
    Rotation rotation = rotation();
    Layout trailing = Layout.of(parameters).trailing();
    Rotation latent = Rotation.of(parameters, trailing, contextLength, Precision.EXACT);
    assertThat(latent.layout().firstChannel()).isZero();
    Rotation multimodal = rotation.withAxes(PairAxes.interleaved(24, 20, 20));
    CosSin patches = multimodal.table(2);
    int[][] timeHeightWidth = {{7, 7}, {7, 7}, {7, 8}};
    multimodal.fillAxes(patches, timeHeightWidth, 0, 2);
    assertThat(patches.cos(1, 0)).isEqualTo(patches.cos(0, 0));
    assertThat(patches.cos(1, 2)).isNotEqualTo(patches.cos(0, 2));
  }

  @Test
  void gradientsTurnBack() {
    Rotation rotation = rotation();
    float[] gradients = ones(heads);
    CosSin backward = rotation.gradient().table(tokens);
    rotation.gradient().fill(backward, firstPosition, tokens);
    rotation.gradient().rotate(gradients, 0, heads, backward);
    assertThat(gradients[0]).isEqualTo((float) Math.cos(100) + (float) Math.sin(100));
  }
}

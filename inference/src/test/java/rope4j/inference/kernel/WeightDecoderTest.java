package rope4j.inference.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import rope4j.checkpoint.TensorType;

/// Stored weights mean what ggml says they mean, with the Vector API and without.
class WeightDecoderTest {

  private static final Path FIXTURES = Path.of("src/test/resources/quantized");
  private static final List<Kernels> BOTH = List.of(Kernels.scalar(), new VectorKernels());

  @Test
  void theTypesOfOrdinaryModelsCanBeRead() {
    Set<TensorType> readable = EnumSet.noneOf(TensorType.class);
    for (TensorType type : TensorType.values()) {
      if (Kernels.scalar().decoder(type).isPresent()) {
        readable.add(type);
      }
      assertThat(new VectorKernels().decoder(type).isPresent()).isEqualTo(readable.contains(type));
    }
    assertThat(readable)
        .containsExactlyInAnyOrder(
            TensorType.F32,
            TensorType.F16,
            TensorType.BF16,
            TensorType.Q8_0,
            TensorType.Q4_0,
            TensorType.Q4_1,
            TensorType.Q5_0,
            TensorType.Q5_1,
            TensorType.Q2_K,
            TensorType.Q3_K,
            TensorType.Q4_K,
            TensorType.Q5_K,
            TensorType.Q6_K,
            TensorType.MXFP4);
  }

  @ParameterizedTest
  @MethodSource("quantizedTypes")
  void blocksDecodeAsInGgufPy(TensorType type) throws IOException {
    byte[] blocks = Files.readAllBytes(FIXTURES.resolve(type + ".blocks"));
    ByteBuffer theirs =
        ByteBuffer.wrap(Files.readAllBytes(FIXTURES.resolve(type + ".f32")))
            .order(ByteOrder.LITTLE_ENDIAN);
    float[] expected = new float[theirs.remaining() / Float.BYTES];
    theirs.asFloatBuffer().get(expected);
    assertThat(expected).hasSize(blocks.length / type.blockBytes() * type.blockElements());
    for (Kernels kernels : BOTH) {
      assertThat(decode(kernels, type, blocks)).containsExactly(expected);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = TensorType.class,
      names = {"F32", "F16", "BF16", "Q8_0", "Q[45]_[01]", "Q[2-6]_K", "MXFP4"},
      mode = EnumSource.Mode.MATCH_ANY)
  void theVectorApiEqualsPlainJavaOnAnyBytes(TensorType type) {
    Random random = new Random(type.id());
    for (int blocks : new int[] {1, 2, 3, 7, 64}) {
      byte[] bytes = new byte[blocks * type.blockBytes()];
      random.nextBytes(bytes);
      // Damaged scales among them: NaN and infinity.
      assertThat(decode(BOTH.getLast(), type, bytes))
          .containsExactly(decode(BOTH.getFirst(), type, bytes));
    }
  }

  @Test
  void everyHalfFloatIsReadExactly() {
    ByteBuffer bytes = ByteBuffer.allocate(2 << 16).order(ByteOrder.LITTLE_ENDIAN);
    float[] halves = new float[1 << 16];
    float[] brains = new float[1 << 16];
    for (int bits = 0; bits < 1 << 16; bits++) {
      bytes.putShort((short) bits);
      halves[bits] = Float.float16ToFloat((short) bits);
      brains[bits] = Float.intBitsToFloat(bits << 16);
    }
    for (Kernels kernels : BOTH) {
      assertThat(decode(kernels, TensorType.F16, bytes.array())).containsExactly(halves);
      assertThat(decode(kernels, TensorType.BF16, bytes.array())).containsExactly(brains);
    }
  }

  @Test
  void aFourBitBlockByHand() {
    // Scale 0.5; byte i holds weight i in its low half and weight 16 + i in its high half, both +
    // 8.
    ByteBuffer block = ByteBuffer.allocate(18).order(ByteOrder.LITTLE_ENDIAN);
    block.putShort(Float.floatToFloat16(0.5f));
    for (int i = 0; i < 16; i++) {
      block.put((byte) (i | (15 - i) << 4));
    }
    for (Kernels kernels : BOTH) {
      float[] values = decode(kernels, TensorType.Q4_0, block.array());
      for (int i = 0; i < 16; i++) {
        assertThat(values[i]).isEqualTo((i - 8) * 0.5f);
        assertThat(values[16 + i]).isEqualTo((7 - i) * 0.5f);
      }
    }
  }

  @Test
  void aSuperBlockOfQ4KByHand() {
    // d = 2, dmin = 1; scales 1 to 8 would need no upper bits, so group g has scale 8 g + 1 and
    // minimum 63 - 9 g: both use all six.
    int[] scales = new int[8];
    int[] minima = new int[8];
    Arrays.setAll(scales, group -> 8 * group + 1);
    Arrays.setAll(minima, group -> 63 - 9 * group);
    ByteBuffer block = ByteBuffer.allocate(144).order(ByteOrder.LITTLE_ENDIAN);
    block.putShort(Float.floatToFloat16(2)).putShort(Float.floatToFloat16(1));
    for (int g = 0; g < 4; g++) {
      block.put((byte) (scales[g] | scales[g + 4] >> 4 << 6));
    }
    for (int g = 0; g < 4; g++) {
      block.put((byte) (minima[g] | minima[g + 4] >> 4 << 6));
    }
    for (int g = 4; g < 8; g++) {
      block.put((byte) (scales[g] & 15 | (minima[g] & 15) << 4));
    }
    for (int i = 0; i < 128; i++) {
      block.put((byte) (i % 16 | (15 - i % 16) << 4));
    }
    for (Kernels kernels : BOTH) {
      float[] values = decode(kernels, TensorType.Q4_K, block.array());
      for (int i = 0; i < 256; i++) {
        int group = i / 32;
        int stored = group % 2 == 0 ? i % 16 : 15 - i % 16;
        assertThat(values[i])
            .as("weight %d", i)
            .isEqualTo(2 * scales[group] * stored - minima[group]);
      }
    }
  }

  @Test
  void aSuperBlockOfQ6KByHand() {
    // d = 0.25, group g has scale 5 g - 40; weight i is i % 64 - 32.
    byte[] block = new byte[210];
    for (int i = 0; i < 256; i++) {
      int stored = i % 64;
      int half = i / 128;
      int quarter = i % 128 / 32;
      block[half * 64 + quarter % 2 * 32 + i % 32] |= (byte) ((stored & 15) << quarter / 2 * 4);
      block[128 + half * 32 + i % 32] |= (byte) (stored >> 4 << quarter * 2);
    }
    for (int group = 0; group < 16; group++) {
      block[192 + group] = (byte) (5 * group - 40);
    }
    ByteBuffer.wrap(block)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putShort(208, Float.floatToFloat16(0.25f));
    for (Kernels kernels : BOTH) {
      float[] values = decode(kernels, TensorType.Q6_K, block);
      for (int i = 0; i < 256; i++) {
        assertThat(values[i])
            .as("weight %d", i)
            .isEqualTo(0.25f * (5 * (i / 16) - 40) * (i % 64 - 32));
      }
    }
  }

  @Test
  void mxfp4HoldsTheFloatsOfFourBits() {
    // Exponent 128: a factor of 2. The sixteen E2M1 floats of the OCP specification, twice.
    byte[] block = new byte[17];
    block[0] = (byte) 128;
    for (int i = 0; i < 16; i++) {
      block[1 + i] = (byte) (i | i << 4);
    }
    double[] floats = {0, 0.5, 1, 1.5, 2, 3, 4, 6, 0, -0.5, -1, -1.5, -2, -3, -4, -6};
    for (Kernels kernels : BOTH) {
      float[] values = decode(kernels, TensorType.MXFP4, block);
      for (int i = 0; i < 32; i++) {
        assertThat((double) values[i]).isCloseTo(2 * floats[i % 16], within(0.0));
      }
    }
  }

  private static Stream<TensorType> quantizedTypes() {
    return Arrays.stream(TensorType.values())
        .filter(type -> type.blockElements() > 1)
        .filter(type -> Kernels.scalar().decoder(type).isPresent());
  }

  /// Decodes from an odd address into the middle of an array, and watches its ends.
  private static float[] decode(Kernels kernels, TensorType type, byte[] bytes) {
    MemorySegment data = MemorySegment.ofArray(new byte[3 + bytes.length]);
    MemorySegment.copy(MemorySegment.ofArray(bytes), 0, data, 3, bytes.length);
    int count = bytes.length / type.blockBytes() * type.blockElements();
    float[] into = new float[2 + count + 1];
    Arrays.fill(into, 42);
    kernels.decoder(type).orElseThrow().decode(data, 3, into, 2, count);
    assertThat(new float[] {into[0], into[1], into[2 + count]}).containsOnly(42);
    return Arrays.copyOfRange(into, 2, 2 + count);
  }
}

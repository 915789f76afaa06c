package rope4j.diagnosis.prediction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class KeyValueMemoryTest {

  private static final long GIB = 1L << 30;
  private static final KeyValueMemory LLAMA_3_8B =
      KeyValueMemory.of(CachedLayers.full(32, 8, 128, 128));

  @Test
  void llama3Takes16GibibytesAt128k() {
    assertThat(LLAMA_3_8B.bytes(131_072, CacheType.F16)).isEqualTo(16 * GIB);
  }

  @Test
  void qwen25HalfABillionTakesOneAndAHalf() {
    KeyValueMemory qwen = KeyValueMemory.of(CachedLayers.full(24, 2, 64, 64));
    assertThat(qwen.bytes(131_072, CacheType.F16)).isEqualTo(3 * GIB / 2);
  }

  @Test
  void everyTypeTakesItsExactBlocks() {
    // Per 32 elements: 128, 64, 64, 32, 34, 24, 22, 20 and 18 bytes.
    long blocks = 131_072L * 32 * 8 * 8;
    assertThat(LLAMA_3_8B.byType(131_072))
        .containsEntry(CacheType.F32, 128 * blocks)
        .containsEntry(CacheType.F16, 64 * blocks)
        .containsEntry(CacheType.BF16, 64 * blocks)
        .containsEntry(CacheType.FP8, 32 * blocks)
        .containsEntry(CacheType.Q8_0, 34 * blocks)
        .containsEntry(CacheType.Q5_1, 24 * blocks)
        .containsEntry(CacheType.Q5_0, 22 * blocks)
        .containsEntry(CacheType.Q4_1, 20 * blocks)
        .containsEntry(CacheType.Q4_0, 18 * blocks)
        .hasSize(CacheType.values().length);
  }

  @Test
  void keysAndValuesMayDifferInType() {
    long keys = LLAMA_3_8B.bytes(4096, CacheType.Q8_0) / 2;
    long values = LLAMA_3_8B.bytes(4096, CacheType.F16) / 2;
    assertThat(LLAMA_3_8B.bytes(4096, CacheType.Q8_0, CacheType.F16)).isEqualTo(keys + values);
  }

  @Test
  void slidingLayersStopGrowingAtTheirWindow() {
    KeyValueMemory mixed =
        KeyValueMemory.of(
            CachedLayers.full(5, 4, 256, 256), CachedLayers.sliding(29, 4, 256, 256, 1024));
    long token = 2L * 4 * 256 * 2;
    assertThat(mixed.bytes(512, CacheType.F16)).isEqualTo(34 * 512 * token);
    assertThat(mixed.bytes(131_072, CacheType.F16)).isEqualTo((5 * 131_072 + 29 * 1024) * token);
  }

  @Test
  void latentAttentionCachesOneVectorForAllHeads() {
    // DeepSeek-V3: 61 layers of 512 + 64 elements.
    KeyValueMemory deepSeek = KeyValueMemory.of(CachedLayers.latent(61, 512, 64));
    assertThat(deepSeek.bytes(1, CacheType.BF16)).isEqualTo(61 * 576 * 2);
    assertThat(deepSeek.bytes(1, CacheType.Q8_0)).isEqualTo(61 * 18 * 34);
  }

  @Test
  void aTypeWhoseBlocksDoNotFitAHeadIsLeftOut() {
    KeyValueMemory phi = KeyValueMemory.of(CachedLayers.full(32, 32, 80, 80));
    assertThat(phi.byType(4096))
        .containsOnlyKeys(CacheType.F32, CacheType.F16, CacheType.BF16, CacheType.FP8);
    assertThatThrownBy(() -> phi.bytes(4096, CacheType.Q8_0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the dimension of a key must be a multiple of 32 to be stored as Q8_0, but it is 80; use F16 instead");
  }

  @Test
  void memoryNeverShrinksAsTheContextGrows() {
    KeyValueMemory mixed =
        KeyValueMemory.of(CachedLayers.full(2, 3, 64, 32), CachedLayers.sliding(3, 3, 64, 32, 100));
    for (CacheType type : CacheType.values()) {
      for (int length = 0; length < 300; length++) {
        assertThat(mixed.bytes(length + 1, type)).isGreaterThan(mixed.bytes(length, type));
      }
    }
  }

  @Test
  void largeModelsDoNotOverflow() {
    KeyValueMemory large = KeyValueMemory.of(CachedLayers.full(200, 128, 256, 256));
    assertThat(large.bytes(Integer.MAX_VALUE, CacheType.F32))
        .isEqualTo(2_147_483_647L * 200 * 128 * 512 * 4);
  }

  @Test
  void badArgumentsAreAnsweredWithWhatIsAllowed() {
    CachedLayers absurd = CachedLayers.full(Integer.MAX_VALUE, Integer.MAX_VALUE, 128, 128);
    assertThatThrownBy(() -> KeyValueMemory.of(absurd).bytes(131_072, CacheType.F16))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must stay below 2^63 bytes");
    assertThatThrownBy(() -> LLAMA_3_8B.bytes(-1, CacheType.F16))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the context length must be at least 0, but it is -1");
    assertThatThrownBy(() -> CachedLayers.full(0, 8, 128, 128))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the number of layers must be at least 1, but it is 0");
    assertThatThrownBy(() -> CachedLayers.sliding(1, 8, 128, 128, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the sliding window must be at least 1, but it is 0");
    assertThatThrownBy(() -> CachedLayers.latent(1, Integer.MAX_VALUE, 64))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must stay below 2^31");
    assertThatThrownBy(() -> new KeyValueMemory(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a cache needs at least 1 group of layers, but has none");
  }
}

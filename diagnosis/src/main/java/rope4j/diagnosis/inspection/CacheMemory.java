package rope4j.diagnosis.inspection;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import rope4j.checkpoint.ModelFacts;
import rope4j.diagnosis.launch.Launch;
import rope4j.diagnosis.prediction.CacheType;
import rope4j.diagnosis.prediction.CachedLayers;
import rope4j.diagnosis.prediction.KeyValueMemory;

/// Bytes that keys and values of the requested length take.
///
/// @param bytes in the types of the launch, 16-bit floats where it does not say; 0 for a model that
///   keeps no tokens, empty when the number is beyond 63 bits
/// @param keys the type of the keys
/// @param values the type of the values
/// @param byType the same for every type that the heads can be stored in
public record CacheMemory(
    OptionalLong bytes, CacheType keys, CacheType values, Map<CacheType, Long> byType) {

  static CacheMemory of(ModelFacts facts, int length, Optional<Launch> launch) {
    CacheType keys = type(launch.flatMap(Launch::cacheTypeK));
    CacheType values = type(launch.flatMap(Launch::cacheTypeV));
    List<CachedLayers> groups =
        facts.cache().groups().stream()
            .filter(group -> group.count() > 0 && group.keyChannels() > 0)
            .map(group ->
                new CachedLayers(
                    group.count(),
                    1,
                    group.keyChannels(),
                    group.valueChannels(),
                    group.sliding() ? facts.cache().window() : OptionalInt.empty()))
            .toList();
    if (groups.isEmpty()) {
      return new CacheMemory(OptionalLong.of(0), keys, values, Map.of());
    }
    KeyValueMemory memory = new KeyValueMemory(groups);
    try {
      Map<CacheType, Long> byType = new EnumMap<>(memory.byType(length));
      byType.keySet().removeIf(type -> facts.headDimension().value() % type.blockElements() != 0);
      OptionalLong bytes =
          byType.containsKey(keys) && byType.containsKey(values)
              ? OptionalLong.of(memory.bytes(length, keys, values))
              : OptionalLong.empty();
      return new CacheMemory(bytes, keys, values, byType);
    } catch (IllegalArgumentException e) {
      return new CacheMemory(OptionalLong.empty(), keys, values, Map.of());
    }
  }

  /// The type an engine's word stands for; 16 bits where it leaves it open or is not known.
  private static CacheType type(Optional<String> word) {
    String name = word.orElse("f16").toUpperCase(Locale.ROOT);
    if (name.startsWith("FP8")) {
      return CacheType.FP8;
    }
    for (CacheType type : CacheType.values()) {
      if (type.name().equals(name)) {
        return type;
      }
    }
    return name.equals("BFLOAT16") ? CacheType.BF16 : CacheType.F16;
  }
}

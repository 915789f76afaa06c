package rope4j.checkpoint.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.GgufWriter;
import rope4j.checkpoint.LayerRotation;
import rope4j.checkpoint.LlamaCppRope;
import rope4j.checkpoint.MetadataType;
import rope4j.checkpoint.MetadataValue;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.RopeScalingType;
import rope4j.checkpoint.patch.FactorTensors.Divisors;
import rope4j.checkpoint.patch.FactorTensors.Given;
import rope4j.checkpoint.patch.FactorTensors.Llama3Rule;
import rope4j.rotation.Frequencies;
import rope4j.rotation.Llama3;

/// A patched file without flags rotates as the old one did with them.
class RopePatchTest {

  private static final RopeOverrides NONE = RopeOverrides.NONE;
  private static final OptionalInt SAME_LENGTH = OptionalInt.empty();

  private static final Map<String, RopeOverrides> STRATEGIES =
      Map.of(
          "unscaled", NONE.withScalingType(RopeScalingType.NONE),
          "linear x8", NONE.withScalingType(RopeScalingType.LINEAR).withScale(8),
          "linear x3", NONE.withScalingType(RopeScalingType.LINEAR).withScale(3),
          "a scale alone", NONE.withFrequencyScale(0.37),
          "a base", NONE.withFrequencyBase(131_240.5),
          "yarn x8", NONE.withScalingType(RopeScalingType.YARN).withScale(8),
          "yarn x4 from 128",
              NONE.withScalingType(RopeScalingType.YARN).withScale(4).withYarnOriginalContext(128),
          "yarn and a base",
              NONE.withScalingType(RopeScalingType.YARN).withScale(2.5).withFrequencyBase(5e5));

  /// Their sliding layers follow the file and not the flags.
  private static final List<String> DEAF = List.of("gemma2.gguf", "gpt-oss.gguf");

  @TempDir Path folder;

  @Test
  void flagsThatSlidingLayersDoNotHearCanNotBecomeKeys() {
    for (String name : DEAF) {
      Path path = Path.of("../inference/src/test/resources/parity/zoo/models", name);
      try (GgufFile file = GgufFile.open(path)) {
        RopePatch patch =
            RopePatch.of(
                file, NONE.withFrequencyBase(131_240.5), SAME_LENGTH, FactorTensors.NONE, Set.of());
        Path out = folder.resolve("deaf.gguf");
        assertThatThrownBy(
                () -> GgufPatcher.write(file, patch.patch(), out, true, patch.rotation()::accept))
            .isInstanceOf(CheckpointException.class)
            .hasMessageContaining("give the flags at every start instead");
      }
    }
  }

  private static List<Path> models() throws IOException {
    List<Path> models = new ArrayList<>();
    for (String place :
        List.of("../inference/src/test/resources/parity/zoo/models", "../../shared/models")) {
      if (Files.isDirectory(Path.of(place))) {
        try (Stream<Path> files = Files.list(Path.of(place))) {
          files
              .filter(file -> file.toString().endsWith(".gguf"))
              .filter(file -> !UNROTATED.contains(String.valueOf(file.getFileName())))
              .forEach(models::add);
        }
      }
    }
    assertThat(models).isNotEmpty();
    return models;
  }

  /// Models that know positions without a rotation.
  private static final Set<String> UNROTATED = Set.of("gpt2.gguf", "mpt.gguf");

  /// Keys reach more than flags: sliding layers, and in Phi-3 the limit between its factors.
  private static final Set<String> KEYS_REACH_MORE =
      Set.of("gemma2.gguf", "gpt-oss.gguf", "phi3.gguf");

  @TestFactory
  Stream<DynamicTest> everyModelRotatesByItsKeysAsByTheFlags() throws IOException {
    return models().stream()
        .flatMap(model ->
            STRATEGIES.entrySet().stream()
                // Its long factors begin behind the original length, which this would move.
                .filter(strategy ->
                    !model.endsWith("phi3.gguf") || !strategy.getKey().equals("yarn x4 from 128"))
                .map(strategy ->
                    DynamicTest.dynamicTest(
                        model.getFileName() + " " + strategy.getKey(),
                        () -> assertSameRotationOrRefusal(model, strategy.getValue()))));
  }

  private void assertSameRotationOrRefusal(Path model, RopeOverrides flags) throws IOException {
    try {
      assertSameRotation(model, flags);
    } catch (CheckpointException e) {
      assertThat(KEYS_REACH_MORE).contains(String.valueOf(model.getFileName()));
      assertThat(e).hasMessageContaining("nothing was written");
    }
  }

  private void assertSameRotation(Path path, RopeOverrides flags) throws IOException {
    Path out = folder.resolve("out.gguf");
    try (GgufFile file = GgufFile.open(path)) {
      ModelDescription old = ModelDescription.of(file);
      for (OptionalInt length :
          List.of(SAME_LENGTH, OptionalInt.of(8 * old.trainedLength()), OptionalInt.of(1000))) {
        RopePatch patch = RopePatch.of(file, flags, length, FactorTensors.NONE, Set.of());
        boolean addsUp =
            !(old.rope().factors().isEmpty() && old.rope().longFactors().isEmpty())
                && !flags.scalingType().equals(Optional.of(RopeScalingType.NONE));
        assertThat(patch.warnings()).hasSize(addsUp ? 1 : 0);
        GgufPatcher.write(file, patch.patch(), out, true, patch.rotation()::accept);
        try (GgufFile patched = GgufFile.open(out)) {
          ModelDescription now = ModelDescription.of(patched);
          assertThat(now.contextLength()).isEqualTo(length.orElse(old.contextLength()));
          for (int context : new int[] {1, 64, 65, 300, 2048, 100_000}) {
            assertAlike(
                LlamaCppRope.layers(old, flags, context), LlamaCppRope.layers(now, NONE, context));
          }
        }
      }
    }
  }

  private static void assertAlike(List<LayerRotation> expected, List<LayerRotation> actual) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.size(); i++) {
      Frequencies theirs = expected.get(i).parameters().frequencies(1000);
      Frequencies ours = actual.get(i).parameters().frequencies(1000);
      for (int pair = 0; pair < theirs.pairs(); pair++) {
        // A factor and its inverse, each rounded to float32.
        assertThat(ours.inverse(pair) / theirs.inverse(pair)).isCloseTo(1, within(2.4e-7));
      }
      assertThat(ours.attentionFactor()).isCloseTo(theirs.attentionFactor(), within(1e-7));
    }
  }

  private static GgufWriter llama() {
    return GgufWriter.llama().put("llama.rope.freq_base", MetadataType.FLOAT32, 10000f);
  }

  private RopePatch patch(GgufWriter model, RopeOverrides flags, OptionalInt length) {
    return patch(model, flags, length, FactorTensors.NONE);
  }

  private RopePatch patch(
      GgufWriter model, RopeOverrides flags, OptionalInt length, FactorTensors factors) {
    try (GgufFile file = GgufFile.open(model.write(folder))) {
      RopePatch patch = RopePatch.of(file, flags, length, factors, Set.of());
      GgufPatcher.rehearse(
          file, patch.patch(), folder.resolve("no.gguf"), false, patch.rotation()::accept);
      return patch;
    }
  }

  private static Map<String, Object> keys(RopePatch patch) {
    Map<String, Object> keys = new java.util.LinkedHashMap<>();
    for (GgufPatch.Change change : patch.patch().changes()) {
      if (change instanceof GgufPatch.SetKey(String key, MetadataValue value)) {
        keys.put(
            key,
            switch (value) {
              case MetadataValue.Int(_, long number) -> number;
              case MetadataValue.Real(_, double number) -> number;
              case MetadataValue.Text(String text) -> text;
              default -> value;
            });
      }
    }
    return keys;
  }

  @Test
  void yarnComesWithItsOriginalLength() {
    RopePatch patch =
        patch(
            llama(), NONE.withScalingType(RopeScalingType.YARN).withScale(8), OptionalInt.of(2048));
    assertThat(keys(patch))
        .isEqualTo(
            Map.of(
                "llama.rope.scaling.type",
                "yarn",
                "llama.rope.scaling.factor",
                8.0,
                "llama.context_length",
                2048L,
                "llama.rope.scaling.original_context_length",
                256L));
  }

  @Test
  void anotherLengthAloneIsTheOnlyChangeOfAnUnscaledFile() {
    assertThat(keys(patch(llama(), NONE, OptionalInt.of(512))))
        .isEqualTo(Map.of("llama.context_length", 512L));
  }

  @Test
  void aScaledFileKeepsItsOriginalLengthWhenItsLengthChanges() {
    GgufWriter scaled =
        llama()
            .put("llama.rope.scaling.type", MetadataType.STRING, "yarn")
            .put("llama.rope.scaling.factor", MetadataType.FLOAT32, 4f);
    assertThat(keys(patch(scaled, NONE, OptionalInt.of(512))))
        .containsEntry("llama.rope.scaling.original_context_length", 256L);
  }

  @Test
  void aKeyKeepsTheTypeItHas() {
    RopePatch patch =
        patch(
            GgufWriter.llama().put("llama.rope.freq_base", MetadataType.FLOAT64, 10000d),
            NONE.withFrequencyBase(20000),
            SAME_LENGTH);
    assertThat(patch.patch().changes())
        .containsExactly(
            new GgufPatch.SetKey(
                "llama.rope.freq_base", new MetadataValue.Real(MetadataType.FLOAT64, 20000)));
  }

  private static RopeOverrides yarn(OptionalDouble attention, OptionalDouble betaFast) {
    return new RopeOverrides(
        Optional.of(RopeScalingType.YARN),
        OptionalDouble.empty(),
        OptionalDouble.of(0.25),
        OptionalInt.empty(),
        OptionalDouble.empty(),
        attention,
        betaFast,
        OptionalDouble.empty());
  }

  @Test
  void aKeyThatLlamaCppDoesNotReadIsWrittenWithAWarning() {
    RopePatch patch =
        patch(llama(), yarn(OptionalDouble.empty(), OptionalDouble.of(16)), SAME_LENGTH);
    assertThat(keys(patch)).containsEntry("llama.rope.scaling.yarn_beta_fast", 16.0);
    assertThat(patch.warnings()).hasSize(1);
    assertThat(patch.warnings().getFirst())
        .contains("does not read llama.rope.scaling.yarn_beta_fast", "--yarn-beta-fast");
  }

  @Test
  void anAttentionFactorHasNoKeyUnderYarn() {
    RopePatch patch =
        patch(llama(), yarn(OptionalDouble.of(0.5), OptionalDouble.empty()), SAME_LENGTH);
    assertThat(keys(patch)).doesNotContainKey("llama.rope.scaling.attn_factor");
    assertThat(patch.warnings()).hasSize(1);
  }

  @Test
  void anAttentionFactorMultipliesTheOneOfTheFile() {
    RopeOverrides flags =
        new RopeOverrides(
            Optional.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalInt.empty(),
            OptionalDouble.empty(),
            OptionalDouble.of(0.5),
            OptionalDouble.empty(),
            OptionalDouble.empty());
    assertThat(
            keys(
                patch(
                    llama().put("llama.rope.scaling.attn_factor", MetadataType.FLOAT32, 3f),
                    flags,
                    SAME_LENGTH)))
        .isEqualTo(Map.of("llama.rope.scaling.attn_factor", 1.5));
  }

  private static FactorTensors freqs(Divisors divisors) {
    return new FactorTensors(Optional.of(divisors), Optional.empty(), Optional.empty());
  }

  private static FactorTensors longAndShort(Optional<Divisors> one, Optional<Divisors> other) {
    return new FactorTensors(Optional.empty(), one, other);
  }

  @Test
  void llama3sRuleBecomesDivisors() {
    try (GgufFile file = GgufFile.open(llama().write(folder))) {
      RopePatch patch =
          RopePatch.of(
              file,
              NONE,
              SAME_LENGTH,
              freqs(new Llama3Rule(8, 1, 4, OptionalInt.empty())),
              Set.of());
      Path out = folder.resolve("out.gguf");
      GgufPatcher.write(file, patch.patch(), out, false, patch.rotation()::accept);
      try (GgufFile patched = GgufFile.open(out)) {
        Frequencies actual =
            LlamaCppRope.resolve(ModelDescription.of(patched), NONE, 2048).frequencies(2048);
        double[] expected =
            LlamaCppRope.resolve(ModelDescription.of(file), NONE, 2048)
                .withScaling(new Llama3(8, 256, 1, 4))
                .frequencies(2048)
                .inverse();
        assertThat(actual.inverse()).containsExactly(expected, within(1e-7));
      }
    }
  }

  private static Given ramp(int count) {
    return new Given(Stream.iterate(1.0, x -> x * 1.5).limit(count).toList());
  }

  @Test
  void aListOfDivisorsHasOneForEachPair() {
    patch(llama(), NONE, SAME_LENGTH, freqs(ramp(8)));
    assertThatThrownBy(() -> patch(llama(), NONE, SAME_LENGTH, freqs(ramp(16))))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("needs 8 values")
        .hasMessageContaining("16 are given");
    for (double wrong : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY, 1e300}) {
      assertThatThrownBy(() -> new Given(List.of(1.0, wrong)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("frequency factor 1");
    }
  }

  @Test
  void longAndShortFactorsBringTheTypeThatLoadsThem() {
    RopePatch patch =
        patch(
            llama(),
            NONE,
            OptionalInt.of(2048),
            longAndShort(Optional.of(ramp(8)), Optional.of(ramp(8))));
    assertThat(keys(patch)).containsEntry("llama.rope.scaling.type", "longrope");
    assertThat(patch.warnings().getFirst()).contains("rope_factors_long", "llama");
  }

  @Test
  void factorsThatLlamaCppWouldNotLoadAreRefused() {
    Optional<Divisors> ramp = Optional.of(ramp(8));
    assertThatThrownBy(
            () -> patch(llama(), NONE, SAME_LENGTH, longAndShort(ramp, Optional.empty())))
        .hasMessageContaining("--rope-factors-short");
    assertThatThrownBy(() ->
            patch(
                llama(),
                NONE.withScalingType(RopeScalingType.LINEAR),
                SAME_LENGTH,
                longAndShort(ramp, ramp)))
        .hasMessageContaining("longrope");
    assertThatThrownBy(() -> patch(llama(), NONE, SAME_LENGTH, new FactorTensors(ramp, ramp, ramp)))
        .hasMessageContaining("either");
    assertThatThrownBy(() ->
            patch(
                llama().floats("rope_freqs.weight", 1, 1, 1, 1, 1, 1, 1, 1),
                NONE,
                SAME_LENGTH,
                longAndShort(ramp, ramp)))
        .hasMessageContaining("rope_freqs.weight");
  }

  @Test
  void aRotationThatNoKeysCanSayIsRefused() {
    // The flag leaves the limit between long and short factors alone, the key does not.
    GgufWriter model =
        llama()
            .put("llama.rope.scaling.type", MetadataType.STRING, "longrope")
            .put("llama.rope.scaling.original_context_length", MetadataType.UINT32, 256)
            .floats("rope_factors_long.weight", 2, 2, 2, 2, 2, 2, 2, 2)
            .floats("rope_factors_short.weight", 1, 1, 1, 1, 1, 1, 1, 1);
    assertThatThrownBy(() -> patch(model, NONE.withYarnOriginalContext(4096), SAME_LENGTH))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("nothing was written");
  }

  @Test
  void aScalingWithoutAFactorIsRefused() {
    for (RopeScalingType type : List.of(RopeScalingType.YARN, RopeScalingType.LINEAR)) {
      assertThatThrownBy(() -> patch(llama(), NONE.withScalingType(type), SAME_LENGTH))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining(type.label() + " needs a factor")
          .hasMessageContaining("--rope-scale 4");
    }
    GgufWriter scaled = llama().put("llama.rope.scaling.factor", MetadataType.FLOAT32, 4f);
    assertThat(keys(patch(scaled, NONE.withScalingType(RopeScalingType.YARN), SAME_LENGTH)))
        .containsEntry("llama.rope.scaling.type", "yarn");
  }

  @Test
  void aScalingOnTopOfFrequencyFactorsIsWarnedAbout() {
    GgufWriter model = llama().floats("rope_freqs.weight", 1, 1, 1, 1, 2, 4, 8, 8);
    RopeOverrides yarn = NONE.withScalingType(RopeScalingType.YARN).withScale(4);
    for (RopeOverrides flags :
        List.of(yarn, NONE.withFrequencyScale(0.5), NONE.withFrequencyBase(5e5))) {
      assertThat(patch(model, flags, SAME_LENGTH).warnings())
          .singleElement()
          .asString()
          .contains("on top of that", "--remove-tensor rope_freqs.weight");
    }
    assertThat(patch(model, NONE, OptionalInt.of(512)).warnings()).isEmpty();
    try (GgufFile file = GgufFile.open(model.write(folder))) {
      Set<String> removed = Set.of("rope_freqs.weight");
      assertThat(RopePatch.of(file, yarn, SAME_LENGTH, FactorTensors.NONE, removed).warnings())
          .isEmpty();
    }
  }

  @Test
  void frequencyFactorsOnTopOfAScalingAreWarnedAbout() {
    GgufWriter model =
        llama()
            .put("llama.rope.scaling.type", MetadataType.STRING, "linear")
            .put("llama.rope.scaling.factor", MetadataType.FLOAT32, 4f);
    assertThat(patch(model, NONE, SAME_LENGTH, freqs(ramp(8))).warnings())
        .singleElement()
        .asString()
        .contains("type linear too", "--rope-scaling none");
    RopeOverrides none = NONE.withScalingType(RopeScalingType.NONE);
    assertThat(patch(model, none, SAME_LENGTH, freqs(ramp(8))).warnings()).isEmpty();
  }

  @Test
  void theOriginalLengthOfLlama3sRuleIsTheFiles() {
    String key = "llama.rope.scaling.original_context_length";
    FactorTensors rule = freqs(new Llama3Rule(16, 1, 4, OptionalInt.of(64)));
    assertThat(keys(patch(llama(), NONE, OptionalInt.of(2048), rule))).containsEntry(key, 64L);
    FactorTensors own = freqs(new Llama3Rule(16, 1, 4, OptionalInt.empty()));
    assertThat(keys(patch(llama(), NONE, OptionalInt.of(2048), own))).containsEntry(key, 256L);
  }
}

package rope4j.diagnosis.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.Evidence;
import rope4j.diagnosis.rules.Finding.Severity;
import rope4j.diagnosis.text.Figures;
import rope4j.rotation.Frequencies;
import rope4j.rotation.FrequencyFactors;
import rope4j.rotation.Llama3;
import rope4j.rotation.Pairing;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Scaling;
import rope4j.rotation.Unscaled;

/// Group C, first half: what a converter left out of a GGUF file, and who does not read what it
/// wrote.
final class GgufRules {

  private static final String FREQUENCIES = "rope_freqs.weight";
  private static final String LONG_FACTORS = "rope_factors_long.weight";

  private static final int LLAMA_3_TRAINED = 8192;

  static final Rule LLAMA_3_WITHOUT_FACTORS =
      new Rule(
          "C1-llama3-without-factors",
          Severity.ERROR,
          "A Llama 3.1 file lacks its frequency factors",
          "The weights were trained with scaled frequencies. Without them answers get worse beyond"
              + " 8192 tokens, while short prompts look right.",
          List.of("llama.cpp#8676", "llama.cpp#8650"),
          Engines.GGUF,
          GgufRules::llama3WithoutFactors);

  static final Rule FACTORS_UNREAD =
      new Rule(
          "C2-factors-unread",
          Severity.NOTE,
          "The Java engines do not read the frequency factors",
          "The engine rotates as if there were no factors: fluent text at first, lost references"
              + " beyond the original length.",
          List.of("llamafile#516", "llama.cpp#10759"),
          Engines.JAVA_GGUF,
          GgufRules::factorsUnread);

  static final Rule SCALING_NOT_CONVERTED =
      new Rule(
          "C3-scaling-not-converted",
          Severity.ERROR,
          "The converter did not write the family's scaling",
          "The file advertises the long context, but positions beyond the trained length turn pairs"
              + " to angles the model has never seen.",
          List.of("llama.cpp#13322", "llama.cpp#13312", "llama.cpp#10698"),
          Engines.GGUF,
          GgufRules::scalingNotConverted);

  static final Rule CONTEXT_LENGTH =
      new Rule(
          "C4-context-length-of-family",
          Severity.WARNING,
          "The file's context length is not its family's",
          "Servers take it as the limit: too small a number cuts prompts, too large a number lets"
              + " them run past what the model can do.",
          List.of("ollama#9702", "ollama#9728", "llama.cpp#8330"),
          Engines.GGUF,
          GgufRules::contextLengthOfFamily);

  private GgufRules() {}

  static List<Rule> all() {
    return Stream.of(
            List.of(LLAMA_3_WITHOUT_FACTORS, FACTORS_UNREAD, SCALING_NOT_CONVERTED, CONTEXT_LENGTH),
            GgufKeyRules.all(),
            GgufFlagRules.all())
        .flatMap(List::stream)
        .toList();
  }

  private static List<Hit> llama3WithoutFactors(Subject subject) {
    Optional<GgufView> view = GgufView.of(subject);
    if (view.isEmpty()
        || !view.get().architecture().equals("llama")
        || !view.get().rotates()
        || view.get().isScaled()) {
      return List.of();
    }
    GgufView gguf = view.get();
    Optional<Family> family = Families.of(subject);
    boolean known = family.filter(f -> f.shippedType().equals("llama3")).isPresent();
    int head = gguf.description().headDimension();
    boolean alike =
        family.isEmpty()
            && gguf.rope().base() == 500_000
            && gguf.lengthInFile().value() >= 131_072
            && (head == 64 || head == 128);
    if (!known && !alike) {
      return List.of();
    }
    double factor =
        family.filter(f -> known).flatMap(Family::shippedFactor).orElse(head == 64 ? 32.0 : 8.0);
    PhaseError error = error(gguf, LLAMA_3_TRAINED, new Llama3(factor, LLAMA_3_TRAINED, 1, 4));
    Hit hit =
        Hit.of(
            "This "
                + family.map(Family::name).orElse("looks like a Llama 3.1 or 3.2")
                + " file without rope_freqs.weight: "
                + error
                + ".",
            List.of(
                gguf.tensor(FREQUENCIES),
                gguf.evidence("rope.freq_base"),
                gguf.lengthInFile().evidence()),
            "Convert the model again with a llama.cpp later than July 2024, download a newer file, or"
                + " add the tensor with `rope patch`. Until then stay below "
                + LLAMA_3_TRAINED
                + " tokens.");
    return List.of(known ? hit : hit.as(Severity.WARNING));
  }

  private static List<Hit> factorsUnread(Subject subject) {
    return GgufView.of(subject).stream()
        .flatMap(gguf -> unread(subject, gguf).stream())
        .map(hit -> Engines.chosen(subject, Severity.ERROR, hit))
        .toList();
  }

  private static Optional<Hit> unread(Subject subject, GgufView gguf) {
    boolean plain = !gguf.rope().factors().isEmpty();
    List<Double> factors = plain ? gguf.rope().factors() : gguf.rope().longFactors();
    int pairs = gguf.description().rotaryDimension() / 2;
    if (!gguf.rotates()
        || factors.size() != pairs
        || factors.stream().allMatch(f -> f == 1)
        || !factors.stream().allMatch(f -> f > 0)) {
      return Optional.empty();
    }
    int safe =
        plain && gguf.architecture().equals("llama")
            ? LLAMA_3_TRAINED
            : gguf.description().trainedLength();
    Scaling scaling =
        new FrequencyFactors(
            factors.stream().mapToDouble(Double::doubleValue).toArray(), new Unscaled());
    String who =
        subject
            .engine()
            .map(engine -> engine.title() + " does")
            .orElse("llama3.java and GPULlama3.java do");
    List<Evidence> evidence =
        List.of(gguf.tensor(plain ? FREQUENCIES : LONG_FACTORS), gguf.evidence("context_length"));
    return Optional.of(
        Hit.of(
            who
                + " not apply the file's frequency factors: "
                + error(gguf, safe, scaling)
                + "; "
                + error(gguf, gguf.description().contextLength(), scaling)
                + ".",
            evidence,
            "Keep prompts well below "
                + safe
                + " tokens there, or use an engine that reads them."));
  }

  /// The file's plain rotation against the one it should have.
  private static PhaseError error(GgufView gguf, int position, Scaling right) {
    int rotary = gguf.description().rotaryDimension();
    int length = gguf.description().contextLength();
    RopeParameters plain =
        new RopeParameters(
            rotary,
            rotary,
            gguf.rope().base(),
            gguf.description().trainedLength(),
            Pairing.INTERLEAVED,
            right);
    return PhaseError.at(
        position,
        plain.frequencies(length).inverse(),
        Frequencies.unscaled(gguf.rope().base(), rotary).inverse());
  }

  private static List<Hit> scalingNotConverted(Subject subject) {
    Optional<GgufView> view = GgufView.of(subject);
    Optional<Family> family = Families.of(subject);
    if (view.isEmpty() || family.isEmpty() || view.get().isScaled()) {
      return List.of();
    }
    return notConverted(view.get(), family.get()).stream().toList();
  }

  private static Optional<Hit> notConverted(GgufView gguf, Family family) {
    int advertised = gguf.lengthInFile().value();
    if (advertised <= family.trainedLength()) {
      return Optional.empty();
    }
    List<Evidence> evidence =
        new ArrayList<>(
            List.of(gguf.lengthInFile().evidence(), gguf.evidence("rope.scaling.type")));
    if (family.shippedType().equals("longrope")) {
      evidence.add(gguf.tensor(LONG_FACTORS));
      return Optional.of(
          Hit.of(
              family.name() + " ships short and long frequency factors, but this file has none.",
              evidence,
              "Convert the model again: the factors stand in its config.json."));
    }
    if (family.shippedType().equals("yarn")) {
      return Optional.of(missingYarn(gguf, family, family.shipped().get("factor"), evidence));
    }
    OptionalInt largest = family.advertisedLengths().stream().mapToInt(Integer::intValue).max();
    if ("yarn".equals(family.extension().get("rope_type"))
        && largest.isPresent()
        && advertised > largest.getAsInt()) {
      double factor = Math.ceil((double) advertised / family.trainedLength());
      return Optional.of(missingYarn(gguf, family, factor, evidence).as(Severity.WARNING));
    }
    return Optional.empty();
  }

  private static Hit missingYarn(
      GgufView gguf, Family family, @Nullable Object factor, List<Evidence> evidence) {
    double scale = factor instanceof Number number ? number.doubleValue() : 1;
    return Hit.of(
        family.name()
            + " reaches "
            + gguf.lengthInFile().value()
            + " tokens by YaRN with factor "
            + Figures.number(scale)
            + ", but the file has no scaling.",
        evidence,
        "llama-server: --rope-scaling yarn --rope-scale "
            + Figures.number(scale)
            + " --yarn-orig-ctx "
            + family.trainedLength()
            + "; for good: write "
            + gguf.key("rope.scaling.type")
            + ", .factor and .original_context_length with `rope patch`.");
  }

  private static List<Hit> contextLengthOfFamily(Subject subject) {
    Optional<GgufView> view = GgufView.of(subject);
    Optional<Family> family = Families.of(subject);
    if (view.isEmpty() || family.isEmpty() || family.get().advertisedLengths().isEmpty()) {
      return List.of();
    }
    int stated = view.get().lengthInFile().value();
    List<Integer> lengths = family.get().advertisedLengths();
    boolean mended = lengths.contains(view.get().description().contextLength());
    boolean extended = stated > lengths.getFirst() && view.get().isScaled();
    boolean unconverted = stated > lengths.getFirst() && !family.get().extension().isEmpty();
    if (mended || lengths.contains(stated) || extended || unconverted) {
      return List.of();
    }
    return List.of(
        Hit.of(
            "The file says "
                + stated
                + " tokens, but "
                + family.get().name()
                + " has "
                + lengths.getFirst()
                + ".",
            List.of(view.get().lengthInFile().evidence()),
            "llama-server: --override-kv "
                + view.get().key("context_length")
                + "=int:"
                + lengths.getFirst()
                + "; for good: `rope patch` with the same key."));
  }
}

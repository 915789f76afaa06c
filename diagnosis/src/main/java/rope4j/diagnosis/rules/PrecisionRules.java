package rope4j.diagnosis.rules;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.Stated;
import rope4j.diagnosis.rules.Finding.Severity;

/// Group F: numbers too coarse for far positions. What else is in the group shows only when the
/// engine computes.
final class PrecisionRules {

  private static final int FAR = 262_144;

  private static final Set<String> HALF = Set.of("float16", "fp16", "half", "F16", "torch.float16");

  static final Rule HALF_PRECISION =
      new Rule(
          "F2-half-precision-far",
          Severity.NOTE,
          "float16 at positions beyond 262144",
          "An engine that keeps positions or angles in float16 can't tell neighbours apart there;"
              + " float16 itself ends at 65504.",
          List.of("mlx-lm#1076"),
          Engines.HUGGING_FACE,
          PrecisionRules::halfPrecision);

  private PrecisionRules() {}

  static List<Rule> all() {
    return List.of(HALF_PRECISION);
  }

  private static List<Hit> halfPrecision(Subject subject) {
    int length = subject.requestTokens().orElse(subject.facts().advertisedLength().value());
    Optional<Evidence> half =
        subject
            .launch()
            .flatMap(launch -> launch.value("dtype"))
            .map(type -> new Stated<>(type, Evidence.launch("--dtype", type)))
            .or(() -> subject.facts().dataType())
            .filter(type -> HALF.contains(type.value()))
            .map(Stated::evidence);
    return half.filter(type -> length > FAR).stream()
        .map(type ->
            Hit.of(
                "The model computes in float16 and is to see " + length + " tokens.",
                List.of(type, subject.facts().advertisedLength().evidence()),
                "Check that the engine rotates in float32, or use bfloat16 weights with a float32"
                    + " rotation."))
        .map(hit -> subject.requestTokens().isPresent() ? hit.as(Severity.WARNING) : hit)
        .toList();
  }
}

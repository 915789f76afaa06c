package rope4j.diagnosis.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.config.Dialect;
import rope4j.checkpoint.config.RopeReading;
import rope4j.checkpoint.model.FolderCheckpoint;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.launch.LaunchedModel;
import rope4j.diagnosis.rules.Finding.Severity;

/// The rule of group A about a configuration that an engine does not load.
final class RefusedRules {

  private static final String HEADS = "num_attention_heads";

  static final Rule REFUSED =
      new Rule(
          "A7-refused",
          Severity.ERROR,
          "an engine refuses the rope keys, as the file or the command line gives them",
          "Strict engines stop before the model is loaded; lenient ones go on without the scaling.",
          List.of("Transformers modeling_rope_utils.py", "vLLM rotary_embedding/__init__.py"),
          Engines.PYTHON,
          RefusedRules::refused);

  private RefusedRules() {}

  private static List<Hit> refused(Subject subject) {
    if (subject.folder().isEmpty()) {
      return List.of();
    }
    FolderCheckpoint folder = subject.folder().get();
    Optional<Hit> headless = withoutHeads(subject, folder);
    if (headless.isPresent() || subject.facts().rotaryDimension().value() < 2) {
      return headless.stream().toList();
    }
    Optional<LaunchedRope> launched =
        LaunchedRope.of(subject).filter(LaunchedRope::changesRotation);
    if (launched.isPresent()) {
      return launched(subject, launched.get()).stream().toList();
    }
    // One fact, one finding.
    return ScalingTypeRules.namesType(subject) ? files(subject, folder) : List.of();
  }

  private static Optional<Hit> withoutHeads(Subject subject, FolderCheckpoint folder) {
    return ConfigSection.text(subject)
        .filter(text -> text.number(HEADS).orElse(1) == 0)
        .map(text ->
            Hit.of(
                "the model has 0 attention heads, so no engine can build it",
                List.of(ConfigSection.text(folder).evidence(HEADS)),
                "write the model's own number of heads as \"" + HEADS + "\""));
  }

  private static Optional<Hit> launched(Subject subject, LaunchedRope launched) {
    LaunchedModel model =
        LaunchedModel.of(subject.checkpoint(), launched.launch(), AppliedRope.length(subject));
    return model.rotation().isPresent()
        ? Optional.empty()
        : Optional.of(
            Hit.of(
                launched.launch().engine().title()
                    + " can't rotate by this: "
                    + said(model.reason()),
                launched.scalingEvidence(),
                "mend the override, or leave it out"));
  }

  private static List<Hit> files(Subject subject, FolderCheckpoint folder) {
    List<Dialect> dialects =
        subject.runsOn(Engine.TRANSFORMERS)
            ? List.of(Dialect.TRANSFORMERS)
            : subject.engine().isPresent()
                ? List.of(Dialect.VLLM)
                : List.of(Dialect.TRANSFORMERS, Dialect.VLLM);
    List<String> who = new ArrayList<>();
    String why = "";
    for (Dialect dialect : dialects) {
      try {
        RopeReading.of(
            folder.config(),
            dialect,
            OptionalInt.of(AppliedRope.length(subject)),
            RopeOverrides.NONE);
      } catch (CheckpointException e) {
        who.add(dialect.title());
        why = said(String.valueOf(e.getMessage()));
      }
    }
    if (who.isEmpty()) {
      return List.of();
    }
    Hit hit =
        Hit.of(
            String.join(" and ", who) + " can't rotate by this: " + why,
            places(subject),
            "write what is missing or wrong as the original model has it");
    return List.of(who.size() == dialects.size() ? hit : hit.as(Severity.NOTE));
  }

  private static List<Evidence> places(Subject subject) {
    List<Evidence> places = new ArrayList<>();
    ConfigSection text = ConfigSection.text(subject).orElseThrow();
    for (String name : ConfigSection.DICTIONARIES) {
      if (text.has(name)) {
        places.add(text.evidence(name));
      }
    }
    if (places.isEmpty()) {
      places.add(subject.facts().ropeType().evidence());
      places.add(subject.facts().headDimension().evidence());
    }
    return places;
  }

  /// The reason without the model's name before it.
  private static String said(String reason) {
    int colon = reason.indexOf(": ");
    return colon > 0 && !reason.substring(0, colon).contains(" ")
        ? reason.substring(colon + 2)
        : reason;
  }
}

package rope4j.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.Evidence.Origin;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.rules.Finding;
import rope4j.diagnosis.rules.Finding.Severity;
import rope4j.diagnosis.rules.Rule;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Findings in the format that code review shows: SARIF 2.1.0 (OASIS).
final class Sarif {

  private static final String SCHEMA =
      "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

  /// Names what goes into a fingerprint; to be raised when that changes.
  private static final String FINGERPRINT = "ropeFinding/v1";

  private final Path model;
  private final Path workingFolder;

  private Sarif(Path model, Path workingFolder) {
    this.model = model;
    this.workingFolder = workingFolder;
  }

  /// A log with one run.
  ///
  /// @param model what was inspected, as the user named it
  /// @param workingFolder what paths in the log are relative to
  static ObjectNode of(List<Finding> findings, List<Rule> rules, Path model, Path workingFolder) {
    return new Sarif(model, workingFolder.toAbsolutePath().normalize()).log(findings, rules);
  }

  private ObjectNode log(List<Finding> findings, List<Rule> rules) {
    ObjectNode json = Json.object();
    json.put("$schema", SCHEMA).put("version", "2.1.0");
    ObjectNode run = json.putArray("runs").addObject();
    ObjectNode driver = run.putObject("tool").putObject("driver").put("name", "rope inspect");
    ArrayNode described = driver.putArray("rules");
    Map<String, Integer> indexes = new HashMap<>();
    for (Rule rule : rules) {
      indexes.put(rule.id(), indexes.size());
      rule(described.addObject(), rule);
    }
    run.put("columnKind", "unicodeCodePoints");
    ArrayNode results = run.putArray("results");
    for (Finding finding : findings) {
      result(results.addObject(), finding, indexes);
    }
    return json;
  }

  private static void rule(ObjectNode json, Rule rule) {
    json.put("id", rule.id());
    text(json, "shortDescription", capital(rule.title()) + ".");
    text(json, "fullDescription", rule.why());
    text(
        json,
        "help",
        rule.why()
            + " Concerns: "
            + rule.engines().stream().sorted().map(Engine::title).collect(Collectors.joining(", "))
            + ". Seen in: "
            + String.join(", ", rule.sources())
            + ".");
    json.putObject("defaultConfiguration").put("level", level(rule.severity()));
  }

  private void result(ObjectNode json, Finding finding, Map<String, Integer> indexes) {
    json.put("ruleId", finding.id());
    if (indexes.containsKey(finding.id())) {
      json.put("ruleIndex", indexes.get(finding.id()));
    }
    json.put("level", level(finding.severity()));
    text(json, "message", message(finding));
    List<Evidence> places = places(finding);
    location(json.putArray("locations").addObject(), places.getFirst());
    if (places.size() > 1) {
      ArrayNode related = json.putArray("relatedLocations");
      for (int i = 1; i < places.size(); i++) {
        ObjectNode location = related.addObject().put("id", i);
        location(location, places.get(i));
        text(location, "message", places.get(i).toString());
      }
    }
    json.putObject("partialFingerprints").put(FINGERPRINT, fingerprint(finding, places));
  }

  private static String message(Finding finding) {
    return capital(finding.message())
        + ". "
        + finding.evidence()
        + "."
        + (finding.remedy().isEmpty() ? "" : " Remedy: " + finding.remedy());
  }

  /// What stands in a file comes first: that is where a reader can be pointed to.
  private static List<Evidence> places(Finding finding) {
    if (finding.places().isEmpty()) {
      return List.of(Evidence.derived(finding.id(), finding.evidence()));
    }
    return finding.places().stream()
        .sorted((a, b) -> Boolean.compare(a.origin() != Origin.FILE, b.origin() != Origin.FILE))
        .toList();
  }

  private void location(ObjectNode json, Evidence evidence) {
    ObjectNode place = json.putObject("physicalLocation");
    place.putObject("artifactLocation").put("uri", uri(evidence));
    OptionalInt line = evidence.origin() == Origin.FILE ? evidence.line() : OptionalInt.empty();
    line.ifPresent(number -> place.putObject("region").put("startLine", number));
    json.putArray("logicalLocations").addObject().put("fullyQualifiedName", evidence.key());
  }

  /// Relative to the working folder where it lies below it, so that review finds it in a checkout.
  private String uri(Evidence evidence) {
    Path file = file(evidence).toAbsolutePath().normalize();
    if (!file.startsWith(workingFolder)) {
      return file.toUri().toString();
    }
    Path relative = workingFolder.relativize(file);
    // The empty path is the working folder itself.
    String whole = workingFolder.toUri().toString();
    String below = workingFolder.resolve(relative).toUri().toString();
    String folder = whole.endsWith("/") ? whole : whole + "/";
    return below.startsWith(folder) && below.length() > folder.length()
        ? below.substring(folder.length())
        : ".";
  }

  /// What does not stand in a file is shown at the model's own.
  private Path file(Evidence evidence) {
    boolean isFolder = Files.isDirectory(model);
    if (evidence.origin() != Origin.FILE || evidence.file().isEmpty()) {
      return isFolder && Files.exists(model.resolve("config.json"))
          ? model.resolve("config.json")
          : model;
    }
    return isFolder ? model.resolve(evidence.file()) : model.resolveSibling(evidence.file());
  }

  /// The same as long as the same keys of the same file are meant, whatever their values.
  private String fingerprint(Finding finding, List<Evidence> places) {
    String what =
        places.stream()
            .map(place -> uri(place) + "#" + place.key())
            .collect(Collectors.joining("\n", finding.id() + "\n", ""));
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(what.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static String level(Severity severity) {
    return switch (severity) {
      case ERROR -> "error";
      case WARNING -> "warning";
      case NOTE -> "note";
    };
  }

  private static void text(ObjectNode json, String key, String text) {
    json.putObject(key).put("text", text);
  }

  private static String capital(String text) {
    return text.isEmpty() ? text : Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }
}

package rope4j.cli;

import rope4j.diagnosis.EngineCheck;
import rope4j.diagnosis.probe.ProbeReport;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The probes' part of the doctor's JSON, and that of a self-check alone: the records as they are,
/// a key per component.
final class ProbeJson {

  private static final JsonMapper MAPPER = JsonMapper.shared();

  private ProbeJson() {}

  static ObjectNode of(EngineCheck check, String model) {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("model", model);
    ObjectNode values = MAPPER.valueToTree(check);
    json.setAll(values);
    json.put("sound", check.sound());
    return json;
  }

  static ObjectNode of(ProbeReport report) {
    ObjectNode json = MAPPER.valueToTree(report);
    json.put("sound", report.sound());
    return json;
  }
}

package rope4j.cli;

import rope4j.diagnosis.probe.ProbeReport;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The probes' part of the doctor's JSON: the records as they are, a key per component.
final class ProbeJson {

  private static final JsonMapper MAPPER = JsonMapper.shared();

  private ProbeJson() {}

  static ObjectNode of(ProbeReport report) {
    ObjectNode json = MAPPER.valueToTree(report);
    json.put("sound", report.sound());
    return json;
  }
}

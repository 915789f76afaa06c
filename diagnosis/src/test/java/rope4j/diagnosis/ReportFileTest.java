package rope4j.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import rope4j.checkpoint.Evidence;
import rope4j.diagnosis.inspection.Inspection;
import rope4j.diagnosis.page.Markup;
import rope4j.diagnosis.prediction.CacheType;
import rope4j.diagnosis.prediction.PairForecast;
import rope4j.diagnosis.rules.Finding;
import rope4j.diagnosis.rules.Finding.Severity;
import rope4j.inference.Model;

/// The section of the page about the file alone.
class ReportFileTest {

  private static final Examination EXAMINATION = measure();

  private static final Finding FINDING =
      new Finding(
          "A0-example",
          Severity.ERROR,
          "the base is <wrong>",
          List.of(Evidence.byDefault("llama.rope.freq_base", "10000")),
          "set it",
          "Text falls apart.");

  private static Examination measure() {
    try (Model model = Zoo.llamaGqa()) {
      return new Doctor(model, 256, List.of(Strategy.unscaled()), Criteria.DEFAULT)
          .examine("zoo.gguf", "random tokens", Windows.of(Zoo.tokens(600), 256), Progress.NONE);
    }
  }

  private static Element section(Inspection inspection) throws Exception {
    Markup out = new Markup();
    new ReportFile(inspection, out).write();
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(out.toString())))
        .getDocumentElement();
  }

  private static List<Element> all(Element parent, String tag, String style) {
    List<Element> found = new ArrayList<>();
    NodeList elements = parent.getElementsByTagName(tag);
    for (int i = 0; i < elements.getLength(); i++) {
      Element element = (Element) elements.item(i);
      if (style.isEmpty() || element.getAttribute("class").equals(style)) {
        found.add(element);
      }
    }
    return found;
  }

  @Test
  void theLengthsStandWithTheirKeys() throws Exception {
    String facts =
        all(section(EXAMINATION.inspection()), "table", "facts").getFirst().getTextContent();
    assertThat(facts).contains("trained length", "64", "llama.context_length", "10000");
  }

  @Test
  void everyPairIsDrawnAndThoseBelowOneTurnAreMarked() throws Exception {
    List<PairForecast> pairs =
        EXAMINATION.inspection().rotation().layers().getFirst().first().pairs();
    long partial = pairs.stream().filter(PairForecast::isPartial).count();
    assertThat(partial).isPositive().isLessThan(pairs.size());
    for (Element drawing : all(section(EXAMINATION.inspection()), "svg", "")) {
      assertThat(drawing.getElementsByTagName("circle").getLength()).isEqualTo(pairs.size());
      assertThat(all(drawing, "circle", "pair partial")).hasSize((int) partial);
      assertThat(all(drawing, "line", "critical")).hasSize(1);
      assertThat(drawing.getAttribute("role")).isEqualTo("img");
      assertThat(all(drawing, "title", "")).isNotEmpty();
    }
  }

  @Test
  void unseenAnglesAreColouredForTheStrategiesThatBringThem() throws Exception {
    Element drawing = all(section(EXAMINATION.inspection()), "svg", "spectrum wide").getFirst();
    int unseen =
        EXAMINATION
            .inspection()
            .rotation()
            .layers()
            .getFirst()
            .outlook()
            .orElseThrow()
            .options()
            .stream()
            .mapToInt(option -> option.forecast().unseenPairs())
            .sum();
    assertThat(unseen).isPositive();
    assertThat(all(drawing, "rect", "cell unseen")).hasSize(unseen);
  }

  @Test
  void theMemoryStandsByType() throws Exception {
    String memory =
        all(section(EXAMINATION.inspection()), "table", "memory").getFirst().getTextContent();
    for (CacheType type : EXAMINATION.inspection().memory().byType().keySet()) {
      assertThat(memory).contains(type.name().toLowerCase(Locale.ROOT));
    }
  }

  @Test
  void findingsAboutTheFileSayWhyAndWhatToDo() throws Exception {
    Element section = section(EXAMINATION.inspection().withFindings(List.of(FINDING)));
    assertThat(all(section, "li", "finding error").getFirst().getTextContent())
        .contains(
            "error",
            "the base is <wrong>",
            "Text falls apart.",
            "llama.rope.freq_base = 10000 (default)",
            "→ set it");
  }

  @Test
  void findingsAboutTheFileAreAmongTheExaminationsButNotesAreNot() {
    Finding note =
        new Finding("A0-note", Severity.NOTE, "mind", List.of(), "nothing", "It may matter.");
    try (Model model = Zoo.llamaGqa()) {
      List<Finding> findings =
          Findings.of(
              EXAMINATION.inspection().withFindings(List.of(FINDING, note)),
              model,
              256,
              9,
              0,
              EXAMINATION.criteria(),
              EXAMINATION.results(),
              Optional.empty());
      assertThat(findings).contains(FINDING).doesNotContain(note);
      assertThat(findings).extracting(Finding::id).contains("unseen-angles", "all-break");
    }
  }

  @Test
  void theLengthThatIsMeasuredIsNoFindingAboutTheFile() {
    assertThat(EXAMINATION.inspection().lengths().requested()).isEqualTo(256);
    assertThat(EXAMINATION.inspection().findings())
        .extracting(Finding::severity)
        .doesNotContain(Severity.ERROR, Severity.WARNING);
  }
}

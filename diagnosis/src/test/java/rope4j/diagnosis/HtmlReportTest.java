package rope4j.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import rope4j.diagnosis.recipe.Recipe;
import rope4j.diagnosis.recipe.RecipeModel;
import rope4j.diagnosis.recipe.Recipes;
import rope4j.inference.Model;

class HtmlReportTest {

  private static final Examination EXAMINATION = measure();

  private static Examination measure() {
    try (Model model = Zoo.llamaGqa()) {
      List<Strategy> strategies =
          List.of("unscaled", "linear:4", "ntk-aware:4", "yarn:2", "yarn:4", "yarn:8").stream()
              .map(name -> Strategy.parse(name, model, 256))
              .toList();
      return new Doctor(model, 256, strategies, Criteria.ofPerplexityRatios(100, 200))
          .examine("zoo.gguf", "random tokens", Windows.of(Zoo.tokens(600), 256), Progress.NONE);
    }
  }

  @Test
  void thePageIsWellFormed() throws Exception {
    assertThat(parse(HtmlReport.render(EXAMINATION)).getDocumentElement().getTagName())
        .isEqualTo("html");
  }

  @Test
  void everyStrategyHasItsVerdictAndItsCommand() {
    String page = HtmlReport.render(EXAMINATION);
    for (StrategyResult result : EXAMINATION.results()) {
      Recipe recipe =
          Recipes.llamaCpp(
              RecipeModel.of("zoo.gguf", EXAMINATION.description()),
              result.strategy().extension(),
              EXAMINATION.contextLength());
      assertThat(page).contains(result.strategy().label(), result.verdict().text(), recipe.text());
    }
    assertThat(page).contains("recommended", "Run it ");
  }

  @Test
  void everyEngineThatLoadsTheFileHasItsBlockToCopy() throws Exception {
    List<Element> blocks =
        withClass(parse(HtmlReport.render(EXAMINATION)).getDocumentElement(), "div", "recipe");
    List<String> texts = blocks.stream().map(Element::getTextContent).toList();
    assertThat(EXAMINATION.recipes()).isNotEmpty();
    for (Recipe recipe : EXAMINATION.recipes()) {
      assertThat(texts)
          .anyMatch(text -> text.contains(recipe.engine().title()) && text.contains(recipe.text()));
    }
  }

  @Test
  void nothingIsLoadedFromAnywhere() {
    assertThat(HtmlReport.render(EXAMINATION))
        .doesNotContain("http:", "https:", " src=", "@import", "url(")
        .contains("default-src &#39;none&#39;");
  }

  @Test
  void namesFromStrangersAreText() throws Exception {
    String name = "<script>alert(1)<b>&\"'\u0001.gguf";
    Document page = parse(HtmlReport.render(with(name, EXAMINATION.recommended())));
    NodeList scripts = page.getElementsByTagName("script");
    assertThat(scripts.getLength()).isEqualTo(1);
    assertThat(page.getElementsByTagName("h1").item(0).getTextContent())
        .startsWith("<script>alert(1)<b>&\"'");
  }

  @Test
  void theSameExaminationGivesTheSamePage() {
    assertThat(HtmlReport.render(EXAMINATION)).isEqualTo(HtmlReport.render(EXAMINATION));
  }

  @Test
  void theTrainedLengthIsMarkedWhereItLies() throws Exception {
    Element chart = charts().getFirst();
    double left = Double.parseDouble(chart.getAttribute("data-left"));
    double right = Double.parseDouble(chart.getAttribute("data-right"));
    Element line = withClass(chart, "line", "trained").getFirst();
    assertThat(Double.parseDouble(line.getAttribute("x1")))
        .isCloseTo(left + (right - left) * 64 / 256, within(0.1));
    assertThat(withClass(chart, "text", "trained-label").getFirst().getTextContent())
        .contains("64");
  }

  @Test
  void everyLineIsNamedAtItsEndAndNoNameCoversAnother() throws Exception {
    for (Element chart : charts()) {
      List<Element> labels = withClass(chart, "text", "end-label");
      assertThat(labels).hasSize(EXAMINATION.results().size() + 1);
      List<Double> heights =
          labels.stream()
              .map(label -> Double.parseDouble(label.getAttribute("y")))
              .sorted()
              .toList();
      for (int i = 1; i < heights.size(); i++) {
        assertThat(heights.get(i) - heights.get(i - 1)).isGreaterThanOrEqualTo(13);
      }
    }
  }

  @Test
  void whenNothingIsFitForUseThePageSaysSo() {
    assertThat(HtmlReport.render(with("zoo.gguf", Optional.empty())))
        .contains(
            "No strategy measured is fit for 256 tokens: stay within 64.",
            "Nothing is recommended");
  }

  private static Examination with(String model, Optional<String> recommended) {
    return new Examination(
        model,
        EXAMINATION.description(),
        EXAMINATION.recipeModel(),
        EXAMINATION.inspection(),
        EXAMINATION.contextLength(),
        EXAMINATION.text(),
        EXAMINATION.windows(),
        EXAMINATION.leftOver(),
        EXAMINATION.criteria(),
        EXAMINATION.results(),
        EXAMINATION.controlCurve(),
        recommended,
        recommended.isPresent() ? EXAMINATION.recipes() : List.of(),
        EXAMINATION.findings(),
        EXAMINATION.cost(),
        EXAMINATION.partial(),
        EXAMINATION.probes());
  }

  private static List<Element> charts() throws Exception {
    List<Element> charts =
        withClass(parse(HtmlReport.render(EXAMINATION)).getDocumentElement(), "svg", "chart");
    assertThat(charts).hasSize(2);
    return charts;
  }

  private static List<Element> withClass(Element parent, String tag, String name) {
    List<Element> found = new ArrayList<>();
    NodeList elements = parent.getElementsByTagName(tag);
    for (int i = 0; i < elements.getLength(); i++) {
      Element element = (Element) elements.item(i);
      if (List.of(element.getAttribute("class").split(" ", -1)).contains(name)) {
        found.add(element);
      }
    }
    return found;
  }

  private static Document parse(String page) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(page)));
  }
}

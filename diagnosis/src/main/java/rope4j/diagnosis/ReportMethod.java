package rope4j.diagnosis;

import rope4j.checkpoint.ModelDescription;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.page.Markup;

/// The end of the report: how the numbers came about, and what the model is.
final class ReportMethod {

  private final Examination examination;
  private final Markup out;

  ReportMethod(Examination examination, Markup out) {
    this.examination = examination;
    this.out = out;
  }

  void write() {
    out.open("div", "class", "columns");
    method();
    model();
    out.close();
  }

  private void method() {
    ModelDescription model = examination.description();
    Examination.Cost cost = examination.cost();
    Criteria criteria = examination.criteria();
    out.open("section", "aria-labelledby", "method");
    out.element("h2", "How it was measured", "id", "method");
    out.open("dl");
    term(
        "Text",
        examination.text()
            + ": "
            + examination.windows()
            + (examination.windows() == 1 ? " window of " : " windows of ")
            + Numbers.count(examination.contextLength())
            + " tokens"
            + (examination.leftOver() == 0
                ? ""
                : "; " + Numbers.count(examination.leftOver()) + " tokens at the end left over"));
    term(
        "Loss",
        "Negative log-likelihood of each token given all before it in its window, in nats. One"
            + " pass of each window per strategy gives every position.");
    term(
        "Control",
        "The same tokens under the original rotation, in overlapping segments of "
            + Numbers.count(model.trainedLength())
            + " tokens: each prediction sees between half the trained length and all of it. The"
            + " level that a perfect extension would at least keep.");
    term("Degrades", criterion(criteria.degrades()));
    term("Breaks", criterion(criteria.breaks()));
    term(
        "Intervals",
        examination.windows() >= Blocks.ENOUGH_WINDOWS
            ? "95 %, Student's, with a window's mean as one value: the tokens of a text are not"
                + " independent. Differences are paired window by window."
            : "95 % for the mean of these windows, from the means of blocks of neighbouring tokens."
                + " Too few windows to tell how other texts would do: give at least "
                + Blocks.ENOUGH_WINDOWS
                + ".");
    term(
        "Precision",
        "Rotation as "
            + Engine.reproduced(examination.inspection().format()).title()
            + " computes it.");
    term(
        "Cost",
        Numbers.count(cost.prefillTokens())
            + " tokens for the strategies and "
            + Numbers.count(cost.controlTokens())
            + " for the control, in "
            + Numbers.duration(cost.seconds())
            + " on "
            + cost.threads()
            + (cost.threads() == 1 ? " thread" : " threads"));
    out.close();
    out.close();
  }

  private static String criterion(double nats) {
    return "First bucket whose mean loss exceeds the control's by at least "
        + Numbers.decimals(nats, 3)
        + " nats (a perplexity "
        + Numbers.decimals(Math.exp(nats), 2)
        + " times the control's), with the 95 % interval of the difference above 0.";
  }

  private void model() {
    ModelDescription model = examination.description();
    out.open("section", "aria-labelledby", "model");
    out.element("h2", "The model", "id", "model");
    out.open("dl");
    model.name().ifPresent(name -> term("Name in the file", name));
    term("Architecture", model.architecture());
    term("Layers", Numbers.count(model.layers()));
    term(
        "Heads",
        Numbers.count(model.heads())
            + " for queries, "
            + Numbers.count(model.keyValueHeads())
            + " for keys and values");
    term("Head dimension", Numbers.count(model.headDimension()));
    term(
        "Rotating pairs",
        Numbers.count(model.rotaryDimension() / 2)
            + " ("
            + Numbers.count(model.rotaryDimension())
            + " channels)");
    term("Base", Strategy.trim(model.rope().base()));
    term("Advertised length", Numbers.count(model.contextLength()));
    term("Trained length", Numbers.count(model.trainedLength()));
    term("Vocabulary", Numbers.count(model.vocabularySize()));
    term("Cache at this length", Numbers.mebibytes(examination.cost().cacheBytes()));
    out.close();
    out.close();
  }

  private void term(String name, String value) {
    out.element("dt", name).open("dd").element("bdi", value).close();
  }
}

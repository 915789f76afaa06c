/// Measures what a rotation does to a model at a length, judges it and says how to run the best
/// one.
@org.jspecify.annotations.NullMarked
module rope4j.diagnosis {
  requires static org.jspecify;
  requires org.apache.commons.statistics.distribution;
  requires transitive rope4j.inference;

  exports rope4j.diagnosis;
  exports rope4j.diagnosis.inspection;
  exports rope4j.diagnosis.launch;
  exports rope4j.diagnosis.rules;
  exports rope4j.diagnosis.prediction;
  exports rope4j.diagnosis.engine;
  exports rope4j.diagnosis.probe;
  exports rope4j.diagnosis.probe.benefit;
  exports rope4j.diagnosis.probe.check;
  exports rope4j.diagnosis.probe.coherence;
  exports rope4j.diagnosis.probe.copy;
  exports rope4j.diagnosis.probe.pairs;
  exports rope4j.diagnosis.probe.retrieval;
  exports rope4j.diagnosis.probe.trial;
  exports rope4j.diagnosis.recipe;
  exports rope4j.diagnosis.coherence;
  exports rope4j.diagnosis.comparison;
  exports rope4j.diagnosis.page to
      rope4j.tuning;
  exports rope4j.diagnosis.text to
      rope4j.tuning;
}

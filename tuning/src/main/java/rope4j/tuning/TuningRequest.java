package rope4j.tuning;

import java.util.List;
import java.util.OptionalInt;
import rope4j.tuning.fitness.Objective;
import rope4j.tuning.search.Budget;
import rope4j.tuning.search.Preset;

/// What a search is asked for.
///
/// @param file the model file as the user named it, for reports and recipes
/// @param contextLength tokens the model is to be run with; above its trained length
/// @param text name of the text, for reports
/// @param documents token ids of each document, without a beginning-of-sequence token
/// @param beginning the beginning-of-sequence token; empty when ids are used as they are
/// @param objective what is searched for
/// @param spaces names of the spaces to search, in order
/// @param startTokens whether LongRoPE's space has start tokens; what is found with any is shown,
///   but never recommended, since no engine can run it
/// @param preset settings of the optimisers
/// @param budget how much the search may do; the proof on held-out text comes on top
/// @param seed of everything that is drawn: the split of the text, needles, mutations
public record TuningRequest(
    String file,
    int contextLength,
    String text,
    List<int[]> documents,
    OptionalInt beginning,
    Objective objective,
    List<String> spaces,
    boolean startTokens,
    Preset preset,
    Budget budget,
    long seed) {

  public TuningRequest {
    documents = List.copyOf(documents);
    spaces = List.copyOf(spaces);
  }
}

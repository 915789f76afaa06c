package rope4j.tuning.space;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import rope4j.rotation.CriticalBaseNtk;
import rope4j.rotation.Frequencies;
import rope4j.rotation.Linear;
import rope4j.rotation.Llama3;
import rope4j.rotation.LongRope;
import rope4j.rotation.NtkAware;
import rope4j.rotation.NtkByParts;
import rope4j.rotation.Unscaled;
import rope4j.rotation.Yarn;
import rope4j.rotation.YarnByTurns;

/// Every rule that needs no search: what a search starts from, and what it has to beat.
///
/// @param all every form once, unscaled first
/// @param yarn the one whose damage to short text is the limit
public record ClosedForms(List<Candidate> all, Candidate yarn) {

  public ClosedForms {
    all = List.copyOf(all);
  }

  /// The forms for a target.
  ///
  /// @param own how the file itself rotates full attention; empty where it has no scaling
  public static ClosedForms of(Target target, Optional<Frequencies> own) {
    double factor = target.factor();
    int trained = target.trainedLength();
    String by = " ×" + shown(factor);
    List<Candidate> forms = new ArrayList<>();
    forms.add(Candidate.of("unscaled", new Unscaled(), target));
    forms.add(Candidate.of("linear" + by, new Linear(factor), target));
    if (target.pairs() > 1) {
      forms.add(Candidate.of("NTK-aware" + by, new NtkAware(factor), target));
      // Its users set it higher than the extension they want.
      forms.add(Candidate.of("NTK-aware ×" + shown(2 * factor), new NtkAware(2 * factor), target));
    }
    if (trained >= 7) {
      forms.add(
          Candidate.of(
              "critical base", new CriticalBaseNtk(trained, target.contextLength()), target));
    }
    forms.add(Candidate.of("by parts" + by, new NtkByParts(factor, trained), target));
    forms.add(Candidate.of("Llama 3" + by, new Llama3(factor, trained, 1, 4), target));
    Candidate yarn = Candidate.of("YaRN" + by, new Yarn(factor, trained), target);
    forms.add(yarn);
    forms.add(Candidate.of("YaRN by turns" + by, new YarnByTurns(factor, trained), target));
    Set<String> keys = new HashSet<>();
    List<Candidate> different =
        new ArrayList<>(forms.stream().filter(form -> keys.add(form.key())).toList());
    own.ifPresent(frequencies -> addOwn(different, own(frequencies, target)));
    return new ClosedForms(
        different,
        different.stream().filter(form -> form.key().equals(yarn.key())).findFirst().orElseThrow());
  }

  /// A file's own may be one of the forms, which then says so.
  private static void addOwn(List<Candidate> forms, Candidate own) {
    for (int i = 0; i < forms.size(); i++) {
      Candidate form = forms.get(i);
      if (form.key().equals(own.key())) {
        forms.set(i, form.named(form.name() + ", " + own.name()));
        return;
      }
    }
    forms.add(own);
  }

  private static Candidate own(Frequencies own, Target target) {
    double[] before = target.parameters().unscaledInverseFrequencies();
    double[] divisors = own.inverse();
    for (int i = 0; i < divisors.length; i++) {
      // A pair that a file lets stand still would have an infinite one, which no file can hold.
      divisors[i] = Math.min(before[i] / divisors[i], Float.MAX_VALUE);
    }
    return Candidate.of("as the file says", divisors, own.attentionFactor(), target);
  }

  /// LongRoPE's attention factor for a target.
  public static double longRopeAttention(Target target) {
    return LongRope.magnitude(target.factor(), target.trainedLength());
  }

  private static String shown(double value) {
    return new BigDecimal(value).round(new MathContext(4)).stripTrailingZeros().toPlainString();
  }
}
